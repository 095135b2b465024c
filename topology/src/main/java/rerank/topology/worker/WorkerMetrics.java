package rerank.topology.worker;

import rerank.topology.RerankCounters;
import rerank.topology.inference.EngineStatistics;

/**
 * What a worker did since its start and what it is doing.
 *
 * @param state of Kafka Streams, for example {@code RUNNING}
 * @param modelVersion the weights that judge what is no canary's
 * @param work queries, candidates and pairs
 * @param engine batches of the model
 * @param threadRestarts threads replaced after a passing failure
 * @param versions what came of announced versions
 */
public record WorkerMetrics(
        String state,
        String modelVersion,
        RerankCounters.Snapshot work,
        EngineStatistics engine,
        long threadRestarts,
        VersionMetrics versions) {}
