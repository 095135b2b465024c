/**
 * Queries and candidates in, rankings out: the Kafka Streams graph and what its nodes do. Start at
 * {@link rerank.topology.RerankTopology}, where every node, store and topic is named, then
 * {@link rerank.topology.RankProcessor}, which owns each query from its first event to its answer.
 *
 * <p>Everything here runs on stream threads and is owned by one task, except {@link rerank.topology.RerankCounters},
 * which all tasks share. The model is behind {@link rerank.topology.inference.InferenceEngine}.
 */
@NullMarked
package rerank.topology;

import org.jspecify.annotations.NullMarked;
