package rerank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import picocli.CommandLine.Option;
import rerank.topology.worker.WorkerConfig;

/** The worker's properties file, for the commands that talk to the same Kafka as the worker. */
final class ConfigOption {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The worker's properties; every key is in docs/configuration.md.")
    private Path file = Path.of("");

    WorkerConfig load() throws IOException {
        return load(file);
    }

    /**
     * Waits for a broker to answer, so that a wrong address is told in seconds.
     *
     * @throws KafkaException if none does
     */
    static WorkerConfig requireBroker(WorkerConfig config) {
        try (Admin admin = Admin.create(config.admin())) {
            admin.describeCluster(new DescribeClusterOptions().timeoutMs((int) PATIENCE.toMillis()))
                    .nodes()
                    .get();
            return config;
        } catch (ExecutionException e) {
            throw new KafkaException(
                    "no broker answers at " + config.bootstrapServers() + " (bootstrap.servers) within "
                            + PATIENCE.toSeconds() + " s; is it running, and is this its address?",
                    e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /**
     * Reads a worker's properties.
     *
     * @throws IllegalArgumentException if there is no such file
     */
    static WorkerConfig load(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("no such file: " + file + " (--config)");
        }
        return WorkerConfig.load(file);
    }

    /** Keys of a plain Kafka client and of the schema registry's, as the worker has them. */
    static Map<String, Object> client(WorkerConfig config) {
        return Map.copyOf(config.client());
    }
}
