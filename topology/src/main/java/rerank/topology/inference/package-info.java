/**
 * Judging off the stream threads. Start at {@link rerank.topology.inference.InferenceEngine}, what the topology needs,
 * and {@link rerank.topology.inference.BatchingEngine}, the one thread per process that owns the model and makes
 * batches of what all tasks submit.
 */
@NullMarked
package rerank.topology.inference;

import org.jspecify.annotations.NullMarked;
