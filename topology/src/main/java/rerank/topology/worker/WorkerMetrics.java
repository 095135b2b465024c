package rerank.topology.worker;

import rerank.topology.RerankCounters;
import rerank.topology.inference.EngineStatistics;

/**
 * What a worker did since its start and what it is doing.
 *
 * @param state of Kafka Streams, for example {@code RUNNING}
 * @param modelVersion the weights that judge
 * @param work queries, candidates and pairs
 * @param engine batches of the model
 * @param threadRestarts threads replaced after a passing failure
 */
public record WorkerMetrics(
        String state,
        String modelVersion,
        RerankCounters.Snapshot work,
        EngineStatistics engine,
        long threadRestarts) {}
