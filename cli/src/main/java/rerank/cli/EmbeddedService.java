package rerank.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import rerank.cli.embedded.EmbeddedCluster;
import rerank.cli.embedded.EmbeddedClusterException;
import rerank.cli.simulation.Service;
import rerank.model.ranking.PairJudge;
import rerank.model.store.CheckpointStore;
import rerank.schemas.TopicNames;
import rerank.topology.worker.VersionMetrics;
import rerank.topology.worker.Worker;
import rerank.topology.worker.WorkerConfig;

/**
 * Broker, schema registry and worker in this process, on free ports of this machine and in a directory that is deleted
 * afterwards: the real parts, for trying out and measuring.
 */
public final class EmbeddedService implements Service {
    private final WorkDirectory directory;
    private final EmbeddedCluster cluster;
    private final Worker worker;
    private final WorkerConfig config;

    private EmbeddedService(WorkDirectory directory, EmbeddedCluster cluster, Worker worker, WorkerConfig config) {
        this.directory = directory;
        this.cluster = cluster;
        this.worker = worker;
        this.config = config;
    }

    /**
     * Starts all parts; returns when the worker has its partitions.
     *
     * @param judge the model; closed with the service, also when the start fails
     * @param settings keys of the worker's configuration besides addresses, directories and topics
     */
    public static EmbeddedService start(PairJudge judge, Map<String, String> settings) throws IOException {
        try {
            return start(settings, config -> Worker.start(config, judge));
        } catch (EmbeddedClusterException e) {
            judge.close();
            throw e;
        }
    }

    /**
     * Starts all parts with a worker that follows versions; returns when the worker has its partitions. The store is a
     * directory of the service, unless the settings name another one.
     *
     * @param checkpoint serves while no version is announced
     * @param settings keys of the worker's configuration besides addresses, directories and topics
     */
    public static EmbeddedService start(Path checkpoint, Map<String, String> settings) throws IOException {
        return start(settings, config -> {
            JudgeLoader loader = new JudgeLoader(config.inference(), FreeMemory.bytes());
            return Worker.start(config, loader.load(checkpoint), Stores.source(config, checkpoint, loader));
        });
    }

    private static EmbeddedService start(Map<String, String> settings, Function<WorkerConfig, Worker> worker)
            throws IOException {
        WorkDirectory directory = WorkDirectory.make();
        EmbeddedCluster cluster;
        try {
            cluster = EmbeddedCluster.start(directory.path().resolve("cluster"));
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
        try {
            WorkerConfig config = config(cluster, directory.path(), settings);
            return new EmbeddedService(directory, cluster, worker.apply(config), config);
        } catch (RuntimeException e) {
            cluster.close();
            directory.close();
            throw e;
        }
    }

    private static WorkerConfig config(EmbeddedCluster cluster, Path directory, Map<String, String> settings) {
        Map<String, String> keys = new HashMap<>(Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "schema.registry.url",
                cluster.registryUrl(),
                "state.dir",
                directory.resolve("state").toString(),
                "rerank.checkpoint.store",
                directory.resolve("checkpoints").toString(),
                "rerank.topics.create",
                "true",
                "rerank.topics.partitions",
                "4",
                "rerank.topics.pairs.partitions",
                "4"));
        keys.putAll(settings);
        return WorkerConfig.of(keys);
    }

    /** The worker. */
    public Worker worker() {
        return worker;
    }

    @Override
    public VersionMetrics versions() {
        return worker.metrics().versions();
    }

    /** What the worker was told. */
    public WorkerConfig config() {
        return config;
    }

    /** Where published checkpoints lie. */
    public CheckpointStore store() {
        return Stores.of(config);
    }

    @Override
    public Map<String, Object> client() {
        return ConfigOption.client(config);
    }

    @Override
    public TopicNames topics() {
        return config.topicPlan().names();
    }

    /** Stops all parts and deletes what they kept. */
    @Override
    public void close() throws IOException {
        try {
            worker.close();
            cluster.close();
        } finally {
            directory.close();
        }
    }
}
