package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.cli.embedded.EmbeddedCluster;
import rerank.schemas.versions.VersionReader;
import rerank.topology.worker.Topics;
import rerank.topology.worker.WorkerConfig;
import rerank.trainer.loop.LearnConfig;

/** A learner that goes on and a worker that follows, while brokers and registry are away for longer than either waits. */
class BrokerAwayIT {
    private static final String AGAIN = "it is tried again in";
    private static final Duration AWAY = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private int brokerPort;
    private int registryPort;

    @Test
    @Timeout(value = 240, unit = TimeUnit.SECONDS)
    void theLearnerSaysWhatItWaitsForAndBothGoOnWhenTheBrokerIsBack() throws Exception {
        brokerPort = CrashCluster.freePort(0);
        registryPort = CrashCluster.freePort(brokerPort + 1);
        Path base = TestCheckpoint.write(directory.resolve("base"));
        WorkerConfig config = WorkerConfig.load(serving(base));
        Path file = learning(base);
        LearnConfig learning = LearnConfig.read(file);
        try (Victim learner = new Victim(
                        "learner",
                        directory,
                        "experiences   ",
                        RerankCommand.class,
                        "refine",
                        "--config",
                        file.toString(),
                        "--every",
                        "1s");
                Victim worker = new Victim(
                        "worker",
                        directory,
                        "is running: ",
                        RerankCommand.class,
                        "worker",
                        "--config",
                        directory.resolve("worker.properties").toString())) {
            try (EmbeddedCluster cluster = cluster();
                    Admin admin = Admin.create(config.admin())) {
                assertThat(cluster.registryUrl()).endsWith(":" + registryPort);
                new Topics(admin, config.topicPlan()).create();
            }
            learner.start();
            learner.awaitLines(AGAIN, 1);

            try (EmbeddedCluster cluster = cluster()) {
                learner.awaitUp();
                worker.start();
                worker.awaitUp();
                assertThat(cluster.bootstrapServers()).endsWith(":" + brokerPort);
            }
            learner.awaitLines(AGAIN, 2);
            TimeUnit.MILLISECONDS.sleep(AWAY.toMillis());

            try (EmbeddedCluster cluster = cluster()) {
                ExperienceTopic.write(learning.client(), learning.topics(), 0, 20, "random-1", d -> d == 4);
                learner.awaitLines("promoted random-1-r0001", 1);
                worker.awaitLines("model version random-1-r0001 serves", 1);
                assertThat(VersionReader.history(ConfigOption.client(config), learning.topics()))
                        .hasSize(2);
                assertThat(cluster.bootstrapServers()).endsWith(":" + brokerPort);
            }
        }
    }

    private EmbeddedCluster cluster() {
        return EmbeddedCluster.start(directory.resolve("cluster"), brokerPort, registryPort);
    }

    private Path serving(Path base) throws IOException {
        return Files.writeString(
                directory.resolve("worker.properties"),
                places() + """
                state.dir=%s
                rerank.checkpoint=%s
                rerank.checkpoint.store=%s
                rerank.precision=float32
                rerank.cache.mib=16
                rerank.topics.partitions=1
                """.formatted(directory.resolve("state"), base, directory.resolve("store")));
    }

    private Path learning(Path base) throws IOException {
        return Files.writeString(
                directory.resolve("learn.properties"),
                places() + """
                checkpoint.store=%s
                base.checkpoint=%s
                work.dir=%s
                gate.enabled=false
                canary.share=0
                evidence.min.queries=20
                """.formatted(directory.resolve("store"), base, directory.resolve("work")));
    }

    private String places() {
        return """
                bootstrap.servers=127.0.0.1:%d
                schema.registry.url=http://127.0.0.1:%d
                """.formatted(brokerPort, registryPort);
    }
}
