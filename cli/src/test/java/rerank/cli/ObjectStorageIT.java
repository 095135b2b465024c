package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.store.testing.S3Server;
import rerank.topology.worker.VersionMetrics;

/** Versions that are published into object storage serve, and those that are damaged there leave the old one serving. */
class ObjectStorageIT {
    private static final String STORE = "s3://" + S3Server.BUCKET + "/shop";

    @TempDir
    Path directory;

    private S3Server storage;
    private EmbeddedService service;
    private String config;

    @BeforeEach
    void start() throws Exception {
        storage = S3Server.start();
        Map<String, String> settings = Map.of(
                "rerank.checkpoint.store",
                STORE,
                "state.dir",
                directory.resolve("state").toString(),
                "rerank.precision",
                "float32",
                "rerank.cache.mib",
                "16");
        service = EmbeddedService.start(checkpoint("v-0"), settings);
        config = Files.writeString(directory.resolve("worker.properties"), """
                        bootstrap.servers=%s
                        schema.registry.url=%s
                        rerank.precision=float32
                        rerank.checkpoint.store=%s
                        """.formatted(
                                service.client().get("bootstrap.servers"),
                                service.client().get("schema.registry.url"),
                                STORE))
                .toString();
    }

    @AfterEach
    void stop() throws Exception {
        service.close();
        storage.close();
    }

    @Test
    @Timeout(180)
    void publishedVersionServesAndADamagedOneLeavesItServing() throws Exception {
        publish("v-1");
        await("v-1 serves", metrics -> metrics.active().equals("v-1"));
        assertThat(storage.keys()).contains("shop/v-1/SHA256SUMS");
        try (var copies = Files.list(directory.resolve("state/checkpoint-cache"))) {
            assertThat(copies.map(copy -> copy.getFileName().toString()))
                    .singleElement()
                    .asString()
                    .startsWith("v-1-");
        }

        publish("v-2", false);
        storage.write(keyOf("v-2", "model.safetensors"), "damaged".getBytes(StandardCharsets.UTF_8));
        promote("v-2");
        await("v-2 is refused", metrics -> metrics.lastFailure().contains("v-2"));

        VersionMetrics metrics = service.versions();
        assertThat(metrics.active()).isEqualTo("v-1");
        assertThat(metrics.lastFailure())
                .contains("model version v-2 does not serve here")
                .contains("not what was published: s3://" + S3Server.BUCKET + "/" + keyOf("v-2", "model.safetensors"))
                .contains(storage.endpoint());
        assertThat(metrics.failures()).isEqualTo(1);
    }

    @Test
    @Timeout(180)
    void versionsServeOnWhileTheStorageIsAway() throws Exception {
        publish("v-1");
        await("v-1 serves", metrics -> metrics.active().equals("v-1"));
        publish("v-2", false);
        storage.stop();

        promote("v-2");
        await("v-2 is refused", metrics -> metrics.lastFailure().contains("no answer"));
        assertThat(service.versions().active()).isEqualTo("v-1");

        storage.startAgain();
        promote("v-1");
        await("v-1 serves again", metrics -> metrics.lastFailure().isEmpty());
        promote("v-2");
        await("v-2 serves", metrics -> metrics.active().equals("v-2"));
    }

    private String keyOf(String version, String file) {
        List<String> keys = storage.keys().stream()
                .filter(key -> key.startsWith("shop/" + version + "/") && key.endsWith("/" + file))
                .toList();
        assertThat(keys).hasSize(1);
        return keys.get(0);
    }

    private void publish(String version) throws IOException {
        publish(version, true);
    }

    private void publish(String version, boolean active) throws IOException {
        Path made = checkpoint(version);
        if (active) {
            done("models", "publish", made.toString(), "--active", "--config", config);
        } else {
            done("models", "publish", made.toString(), "--config", config);
        }
    }

    private void promote(String version) {
        done("models", "promote", version, "--config", config);
    }

    private static void done(String... line) {
        Output output = Output.of(line);
        assertThat(output.exitCode()).as(output.errors()).isZero();
    }

    private Path checkpoint(String version) throws IOException {
        Path checkpoint = TestCheckpoint.write(directory.resolve("made-" + version));
        Path settings = checkpoint.resolve("reranker.json");
        Files.writeString(settings, Files.readString(settings).replace("random-1", version));
        return checkpoint;
    }

    private void await(String what, Predicate<VersionMetrics> fact) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!fact.test(service.versions())) {
            assertThat(System.nanoTime()).as(what + ": " + service.versions()).isLessThan(end);
            Thread.sleep(10);
        }
    }
}
