package rerank.cli.embedded;

import java.nio.file.Path;

/**
 * A broker and a schema registry in this process that keep all they hold in one directory: topics, offsets and schema ids
 * are found again when a cluster is started there later. One process at a time uses a directory.
 */
public final class EmbeddedCluster implements AutoCloseable {
    private final EmbeddedBroker broker;
    private final EmbeddedRegistry registry;

    private EmbeddedCluster(EmbeddedBroker broker, EmbeddedRegistry registry) {
        this.broker = broker;
        this.registry = registry;
    }

    /** Starts a cluster on free ports. */
    public static EmbeddedCluster start(Path directory) {
        return start(directory, 0, 0);
    }

    /**
     * Starts a cluster; returns when both parts answer.
     *
     * @param directory made when it does not exist
     * @param brokerPort 0 for a free one
     * @param registryPort 0 for a free one
     * @throws EmbeddedClusterException if a port or the directory is in use, or the directory is damaged
     */
    public static EmbeddedCluster start(Path directory, int brokerPort, int registryPort) {
        EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("kafka"), brokerPort);
        try {
            KafkaSchemaLog log = KafkaSchemaLog.open(broker.bootstrapServers());
            return new EmbeddedCluster(broker, EmbeddedRegistry.start(log, registryPort));
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    /** Where Kafka clients connect, for {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** Where registry clients connect, for {@code schema.registry.url}. */
    public String registryUrl() {
        return registry.url();
    }

    /** Stops both in order; what was acknowledged is on disk. */
    @Override
    public void close() {
        registry.close();
        broker.close();
    }
}
