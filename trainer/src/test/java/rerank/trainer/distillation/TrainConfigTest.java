package rerank.trainer.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainConfigTest {
    private static final Path BASE = Path.of("/base");

    @TempDir
    Path directory;

    @Test
    void allMistakesAreReportedAtOnce() {
        Map<String, String> values = Map.of(
                "data", "a=1,b=none,c=-1",
                "out.dir", "out",
                "task", "distil",
                "threads", "many",
                "learningrate", "1");

        assertThatThrownBy(() -> TrainConfig.of(values, BASE))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("distil")
                .hasMessageContaining("threads")
                .hasMessageContaining("unknown key learningrate");
    }

    @Test
    void mistakesAcrossKeysAreReportedAtOnceToo() {
        Map<String, String> values =
                Map.of("data", "a=1,b=none,c=-1", "out.dir", "out", "model.hidden.size", "130", "model.heads", "4");

        assertThatThrownBy(() -> TrainConfig.of(values, BASE))
                .hasMessageContaining("130 does not divide into 4 heads")
                .hasMessageContaining("neither max.steps nor max.minutes")
                .hasMessageContaining("'b=none': expected PATH=SHARE")
                .hasMessageContaining("'c=-1': its share must be above 0");
    }

    @Test
    void aTemplateThatCannotBeUsedSoIsReported() {
        Map<String, String> unknown =
                Map.of("data", "a", "out.dir", "out", "max.steps", "1", "prompt.template", "mine");
        Map<String, String> unbound = Map.of(
                "data", "a",
                "out.dir", "out",
                "max.steps", "1",
                "prompt.template", "interank-chat-v1",
                "phrasing.groups", "10");

        assertThatThrownBy(() -> TrainConfig.of(unknown, BASE)).hasMessageContaining("unknown prompt template 'mine'");
        assertThatThrownBy(() -> TrainConfig.of(unbound, BASE))
                .hasMessageContaining("interank-chat-v1 begins explanations without a space");
    }

    @Test
    void growingNeedsACheckpointAndNoAdapter() {
        Map<String, String> fresh = Map.of("data", "a", "out.dir", "out", "max.steps", "1", "init.layers", "6");
        Map<String, String> adapter = Map.of(
                "data", "a",
                "out.dir", "out",
                "max.steps", "1",
                "init.checkpoint", "model",
                "init.hidden.size", "256",
                "adapter.rank", "4");

        assertThatThrownBy(() -> TrainConfig.of(fresh, BASE)).hasMessageContaining("fresh weights have model.layers");
        assertThatThrownBy(() -> TrainConfig.of(adapter, BASE)).hasMessageContaining("an adapter stands beside");
    }

    @Test
    void pathsCountFromTheFile() throws IOException {
        Path file = Files.writeString(
                directory.resolve("run.properties"), "data=sets/a=0.75,/b\nout.dir=runs/one\nmax.steps=3\n");

        TrainConfig config = TrainConfig.read(file);

        assertThat(config.data())
                .containsExactly(
                        new TrainConfig.Share(directory.resolve("sets/a"), 0.75),
                        new TrainConfig.Share(Path.of("/b"), 1));
        assertThat(config.out()).isEqualTo(directory.toAbsolutePath().resolve("runs/one"));
        assertThat(config.modelVersion()).isEqualTo("one");
        assertThat(config.start().tokenizer()).isNull();
    }

    @Test
    void everyKeyIsDocumented() {
        assertThat(TrainConfig.definition().configKeys().values())
                .allSatisfy(key -> assertThat(key.documentation)
                        .as(key.name)
                        .hasSizeGreaterThan(15)
                        .endsWith("."));
    }
}
