/**
 * Judging off the stream threads. Start at {@link rerank.topology.inference.InferenceEngine}, what the topology needs,
 * and {@link rerank.topology.inference.SteppingEngine}, whose step thread owns a model, one for each device, and lets pairs
 * of all tasks join and leave between its steps.
 */
@NullMarked
package rerank.topology.inference;

import org.jspecify.annotations.NullMarked;
