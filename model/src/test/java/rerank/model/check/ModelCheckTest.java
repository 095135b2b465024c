package rerank.model.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.Shared;
import rerank.model.transformer.Precision;
import rerank.model.transformer.TinyCheckpoint;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.TransformerConfig;
import rerank.model.weights.CheckpointException;
import rerank.model.weights.ElementType;

class ModelCheckTest {
    @TempDir
    Path directory;

    private static Path golden(String name) {
        Path folder = Shared.folder().resolve("golden").resolve(name);
        assumeTrue(Files.isDirectory(folder), () -> "no golden checkpoint at " + folder);
        return folder;
    }

    private Path copyOf(Path checkpoint) throws IOException {
        try (Stream<Path> files = Files.list(checkpoint)) {
            for (Path file : files.toList()) {
                Files.write(directory.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
        return directory;
    }

    private static void edit(Path file, UnaryOperator<String> change) throws IOException {
        String before = Files.readString(file);
        String after = change.apply(before);
        assertThat(after).isNotEqualTo(before);
        Files.writeString(file, after);
    }

    @Tag("shared")
    @ParameterizedTest
    @CsvSource({
        "qwen2/f32, FLOAT32",
        "qwen2/bf16, FLOAT32",
        "qwen2/f32, BFLOAT16",
        "qwen2/bf16, BFLOAT16",
        "qwen3/f32, FLOAT32",
        "qwen3/bf16, FLOAT32",
        "qwen3/f32, BFLOAT16",
        "qwen3/bf16, BFLOAT16",
        "llama/f32, FLOAT32",
        "llama/bf16, FLOAT32",
        "llama/f32, BFLOAT16",
        "llama/bf16, BFLOAT16",
        "qwen2/f32, INT8",
        "qwen2/bf16, INT8",
        "qwen3/f32, INT8",
        "qwen3/bf16, INT8",
        "llama/f32, INT8",
        "llama/bf16, INT8",
    })
    void matchesTheReference(String name, Precision precision) {
        assumeTrue(Transformer.supports(precision), () -> "this CPU does not compute in " + precision.id());

        ModelReport report = ModelCheck.run(golden(name), precision);

        assertThat(report.cases()).hasSizeGreaterThan(50).allMatch(CheckedCase::passed);
        assertThat(report.passed()).isTrue();
    }

    @Tag("shared")
    @ParameterizedTest
    @CsvSource({"qwen2", "qwen3", "llama"})
    void matchesTheReferenceThroughTheConfigOfTransformers5(String family) throws IOException {
        Path checkpoint = copyOf(golden(family + "/f32"));
        Files.write(checkpoint.resolve("config.json"), Files.readAllBytes(checkpoint.resolve("config_v5.json")));

        assertThat(ModelCheck.run(checkpoint, Precision.FLOAT32).passed()).isTrue();
    }

    @Tag("shared")
    @ParameterizedTest
    @CsvSource({
        "qwen2/bf16, \"rms_norm_eps\": 1e-06, \"rms_norm_eps\": 1e-05",
        "qwen3/bf16, \"rope_theta\": 1000000.0, \"rope_theta\": 10000.0",
        "llama/bf16, \"factor\": 8.0, \"factor\": 7.0",
    })
    void noticesASmallMistakeInTheConfig(String name, String right, String wrong) throws IOException {
        Path checkpoint = copyOf(golden(name));
        edit(checkpoint.resolve("config.json"), text -> text.replace(right, wrong));

        ModelReport report = ModelCheck.run(checkpoint, Precision.FLOAT32);

        assertThat(report.passed()).isFalse();
        assertThat(report.cases())
                .filteredOn(one -> !one.passed())
                .extracting(CheckedCase::name)
                .contains("logits len96", "prefill batch_left_padded", "log-probabilities of continuations");
    }

    @Tag("shared")
    @ParameterizedTest
    @CsvSource({
        "bert/f32, FLOAT32", "bert/bf16, FLOAT32", "bert/f32, BFLOAT16", "bert/bf16, BFLOAT16",
        "electra/f32, FLOAT32", "electra/bf16, FLOAT32", "electra/f32, BFLOAT16", "electra/bf16, BFLOAT16",
        "modernbert/f32, FLOAT32", "modernbert/bf16, FLOAT32", "modernbert/f32, BFLOAT16", "modernbert/bf16, BFLOAT16",
    })
    void matchesTheReferenceOfACrossEncoder(String name, Precision precision) {
        ModelReport report = ModelCheck.run(golden(name), precision);

        assertThat(report.cases()).hasSizeGreaterThan(20).allMatch(CheckedCase::passed);
        assertThat(report.summary().shape().labels()).isEqualTo(1);
        assertThat(report.summary().cacheBytesPer1000Tokens()).isZero();
    }

    @Tag("shared")
    @ParameterizedTest
    @CsvSource({"bert", "electra", "modernbert"})
    void matchesTheReferenceOfACrossEncoderThroughTheConfigOfTransformers5(String family) throws IOException {
        Path checkpoint = copyOf(golden(family + "/f32"));
        Files.write(checkpoint.resolve("config.json"), Files.readAllBytes(checkpoint.resolve("config_v5.json")));

        assertThat(ModelCheck.run(checkpoint, Precision.FLOAT32).passed()).isTrue();
    }

    @Tag("shared")
    @ParameterizedTest
    @CsvSource({
        "bert/f32, \"layer_norm_eps\": 1e-12, \"layer_norm_eps\": 1e-05",
        "electra/f32, \"layer_norm_eps\": 1e-12, \"layer_norm_eps\": 1e-05",
        "modernbert/f32, \"local_attention\": 8, \"local_attention\": 10",
        "modernbert/f32, \"local_rope_theta\": 10000.0, \"local_rope_theta\": 160000.0",
        "modernbert/f32, \"classifier_pooling\": \"mean\", \"classifier_pooling\": \"cls\"",
    })
    void noticesASmallMistakeInTheConfigOfACrossEncoder(String name, String right, String wrong) throws IOException {
        Path checkpoint = copyOf(golden(name));
        edit(checkpoint.resolve("config.json"), text -> text.replace(right, wrong));

        ModelReport report = ModelCheck.run(checkpoint, Precision.FLOAT32);

        assertThat(report.cases())
                .filteredOn(one -> !one.passed())
                .extracting(CheckedCase::name)
                .contains("logits pair_long", "logits batch_right_padded");
    }

    @Test
    void saysWhatACheckpointIs() {
        TransformerConfig config = TinyCheckpoint.config("llama");
        TinyCheckpoint.write(directory, config, 1, true);

        ModelReport report = ModelCheck.run(directory, Precision.FLOAT32);

        // Embedding 300 x 32, 3 types, final norm; in each of 2 layers norms, q, k, v, o, gate, up and down.
        long layer = 2 * 32 + (32 + 16 + 16 + 32) * 32 + 3 * 48 * 32;
        long parameters = (300 + 3 + 1) * 32 + 2 * layer;
        assertThat(report.summary())
                .isEqualTo(new ModelSummary(
                        new ModelSummary.Shape("llama", 2, 32, 4, 2, 300, 256, 3, 0),
                        parameters,
                        List.of(ElementType.BF16),
                        2 * parameters,
                        Precision.FLOAT32,
                        4 * parameters,
                        1000L * 2 * 2 * 2 * 8 * 4));
        assertThat(report.cases()).isEmpty();
        assertThat(report.passed()).isTrue();
    }

    @Test
    void refusesAReferenceWithNothingToCompare() throws IOException {
        TinyCheckpoint.write(directory, TinyCheckpoint.config("llama"), 1, false);
        Files.writeString(directory.resolve("golden.json"), "{\"format\": 1}");

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> ModelCheck.run(directory, Precision.FLOAT32))
                .withMessageContaining("golden.json holds nothing to compare");
    }
}
