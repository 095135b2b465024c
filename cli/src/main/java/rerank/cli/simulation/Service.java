package rerank.cli.simulation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import rerank.schemas.TopicNames;
import rerank.topology.worker.VersionMetrics;

/** Brokers, registry and a worker that follows versions, running. */
public interface Service extends AutoCloseable {
    /** Keys of Kafka clients and of the registry's. */
    Map<String, Object> client();

    /** The topics. */
    TopicNames topics();

    /** What the worker makes of announced versions. */
    VersionMetrics versions();

    @Override
    void close() throws IOException;

    /** Starts services. */
    @FunctionalInterface
    interface Starter {
        /**
         * Starts one; returns when the worker has its partitions.
         *
         * @param checkpoint what serves while no version is announced
         * @param settings keys of the worker's configuration besides addresses, directories and topics
         */
        Service start(Path checkpoint, Map<String, String> settings) throws IOException;
    }
}
