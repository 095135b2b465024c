package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.store.CheckpointStore;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.versions.Rollout;
import rerank.schemas.versions.VersionAnnouncer;

/** What an operator is told of a real worker: by the commands, and by JMX. */
class WorkerStatusIT {
    @TempDir
    Path directory;

    private String config = "";

    @Test
    @Timeout(240)
    void theOperatorSeesWhatTheWorkerServesUntilItStops() throws Exception {
        Map<String, String> settings = Map.of(
                "rerank.precision", "float32",
                "rerank.instance.id", "w-1",
                "rerank.checkpoint.store", directory.resolve("store").toString());
        try (EmbeddedService service = EmbeddedService.start(checkpoint("random-1"), settings)) {
            config = config(service);
            assertThat(worker()).contains("random-1").endsWith("up to date");

            assertThat(models("publish", checkpoint("v-1").toString(), "--active"))
                    .endsWith("1 of 1 worker serves v-1.\n");
            assertThat(models("publish", checkpoint("v-2").toString(), "--canary", "0.1"))
                    .endsWith("1 of 1 worker serves v-1, and v-2 as canary.\n");
            assertThat(models("rollback")).endsWith("1 of 1 worker serves v-1.\n");
            assertThat(models("publish", checkpoint("v-3").toString()))
                    .as("nothing is to be served, so nobody is waited for")
                    .endsWith("by hand\n");

            announceDamaged(service);
            assertThat(models("pin", "v-1", "--reason", "v-4 is damaged"))
                    .as("what does not serve any more is no failure")
                    .endsWith("1 of 1 worker serves v-1.\n");

            assertThat(ManagementFactory.getPlatformMBeanServer()
                            .getAttribute(
                                    new ObjectName("rerank:type=versions,application=rerank,worker=w-1"), "active"))
                    .isEqualTo("v-1");

            service.worker().close();

            assertThat(worker()).contains("v-1").contains("stopped");
            assertThat(models("unpin")).endsWith("No worker that follows versions is running.\n");
        }
    }

    private void announceDamaged(EmbeddedService service) throws IOException {
        CheckpointStore.Stored stored = service.store().put("v-4", checkpoint("v-4"));
        Path weights = service.store().fetch(stored.uri(), stored.sha256()).resolve("model.safetensors");
        Files.writeString(weights, "damaged");
        ModelVersion draft = ModelVersion.newBuilder()
                .setVersion("v-4")
                .setSequence(0)
                .setCheckpointUri(stored.uri())
                .setSha256(stored.sha256())
                .setStatus(ModelStatus.CANDIDATE)
                .build();
        try (VersionAnnouncer announcer = VersionAnnouncer.open(service.client(), service.topics())) {
            announcer.announce(standing -> Rollout.aside(standing, draft, ModelStatus.CANDIDATE));
        }
        assertThat(models("promote", "v-4"))
                .contains("0 of 1 worker serves v-4; not yet:")
                .contains("rerank/w-1 serves v-1: model version v-4 does not serve here")
                .contains("not what was published");
        assertThat(worker()).endsWith("failed");
        assertThat(models()).contains("rerank/w-1: model version v-4 does not serve here");
    }

    /** The worker's row, as soon as it has said anything. */
    private String worker() {
        while (true) {
            List<String> rows = models().lines()
                    .filter(line -> line.strip().startsWith("rerank/w-1 "))
                    .toList();
            if (!rows.isEmpty()) {
                return rows.get(0);
            }
        }
    }

    private String config(EmbeddedService service) throws IOException {
        return Files.writeString(directory.resolve("worker.properties"), """
                        bootstrap.servers=%s
                        schema.registry.url=%s
                        rerank.precision=float32
                        rerank.checkpoint.store=%s
                        """.formatted(
                                service.config().bootstrapServers(),
                                service.client().get("schema.registry.url"),
                                directory.resolve("store")))
                .toString();
    }

    private Path checkpoint(String version) throws IOException {
        Path checkpoint = TestCheckpoint.write(directory.resolve("made-" + version));
        Path settings = checkpoint.resolve("reranker.json");
        Files.writeString(settings, Files.readString(settings).replace("random-1", version));
        return checkpoint;
    }

    private String models(String... args) {
        List<String> line = new ArrayList<>(List.of("models"));
        line.addAll(List.of(args));
        line.addAll(List.of("--config", config));
        Output output = Output.of(line.toArray(String[]::new));
        assertThat(output.exitCode()).as(output.errors()).isZero();
        return output.text();
    }
}
