package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.cli.embedded.EmbeddedCluster;

/** An operator's day with versions, on the command line. */
class ModelsCommandIT {
    @TempDir
    Path directory;

    private EmbeddedCluster cluster;
    private String config;

    @BeforeEach
    void startCluster() throws IOException {
        cluster = EmbeddedCluster.start(directory.resolve("cluster"));
        config = Files.writeString(directory.resolve("worker.properties"), """
                        bootstrap.servers=%s
                        schema.registry.url=%s
                        rerank.topics.partitions=1
                        rerank.precision=float32
                        rerank.checkpoint.store=%s
                        """.formatted(
                                cluster.bootstrapServers(), cluster.registryUrl(), directory.resolve("store")))
                .toString();
        assertThat(Output.of("topics", "create", "--config", config).exitCode()).isZero();
    }

    @AfterEach
    void stopCluster() {
        cluster.close();
    }

    @Test
    @Timeout(180)
    void publishesPromotesPinsAndGoesBack() throws IOException {
        Path first = checkpoint("v-1");
        Path second = checkpoint("v-2");

        assertThat(models()).contains("workers serve what they are configured with");
        models("publish", first.toString(), "--active", "--reason", "the first one");
        models("publish", second.toString(), "--canary", "0.1", "--parent", "v-1");
        assertThat(models("list"))
                .contains("v-1 serves; v-2 serves 10 % of the queries.")
                .contains("v-1: the first one");
        models("promote", "v-2");
        assertThat(models()).contains("v-2 serves.").contains("served before");
        models("pin", "--reason", "fair week");
        assertThat(refused("rollback")).contains("v-2 is pinned (fair week); unpin it first");
        models("unpin");
        models("rollback", "--reason", "complaints");

        assertThat(models()).contains("v-1 serves.").contains("rolled back").contains("v-2: complaints");
        assertThat(models("history").lines().map(line -> line.substring(0, 4).strip()))
                .containsExactly("1", "2", "3", "4", "5", "6", "7");
        assertThat(directory.resolve("store/v-1/model.safetensors")).exists();
    }

    @Test
    @Timeout(180)
    void saysWhatCannotBeDone() throws IOException {
        Path checkpoint = checkpoint("v-1");
        Files.writeString(checkpoint.resolve("model.safetensors"), "broken");

        assertThat(refused("publish", checkpoint.toString(), "--active")).contains("model.safetensors");
        assertThat(refused("promote", "v-9")).contains("model version v-9 was never announced");
        assertThat(refused("rollback")).contains("nothing to go back from");
        assertThat(directory.resolve("store")).doesNotExist();
        assertThat(Output.of("models").errors()).contains("--config");
    }

    private Path checkpoint(String version) throws IOException {
        Path checkpoint = TestCheckpoint.write(directory.resolve("made-" + version));
        Path settings = checkpoint.resolve("reranker.json");
        Files.writeString(settings, Files.readString(settings).replace("random-1", version));
        return checkpoint;
    }

    private String models(String... args) {
        Output output = Output.of(line(args));
        assertThat(output.exitCode()).as(output.errors()).isZero();
        return output.text();
    }

    private String refused(String... args) {
        Output output = Output.of(line(args));
        assertThat(output.exitCode()).isEqualTo(1);
        return output.errors();
    }

    private String[] line(String... args) {
        List<String> line = new ArrayList<>(List.of("models"));
        line.addAll(List.of(args));
        line.addAll(List.of("--config", config));
        return line.toArray(String[]::new);
    }
}
