package rerank.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.ranking.Mode;
import rerank.model.transformer.TransformerConfig;
import rerank.model.weights.CheckpointException;

class RerankerSettingsTest {
    @TempDir
    private Path directory;

    @Test
    void readsWhatItWrote() {
        TinyCheckpoint.random(directory, 1);
        RerankerSettings settings = new RerankerSettings(
                "v7", "compact-v1", Mode.LABEL, Map.of(Mode.LABEL, 0.125, Mode.EXPLAIN, 1.0), 100, 30);

        settings.writeTo(directory);

        assertThat(RerankerSettings.read(directory, model())).isEqualTo(settings);
        assertThat(settings.firstStageWeight(Mode.JUSTIFY)).isZero();
    }

    @Test
    void hasDefaultsForACheckpointOfOthers() {
        TinyCheckpoint.random(directory.resolve("some-llama"), 1);

        RerankerSettings settings = RerankerSettings.read(directory.resolve("some-llama"), model("some-llama"));

        assertThat(settings.modelVersion()).matches("some-llama-[0-9a-f]{8}");
        assertThat(settings.promptTemplate()).isEqualTo("interank-chat-v1");
        assertThat(settings.defaultMode()).isEqualTo(Mode.EXPLAIN);
        assertThat(settings.firstStageWeight(Mode.EXPLAIN)).isZero();
        assertThat(settings.maxExplanationTokens()).isEqualTo(64);
        assertThat(settings.maxPromptTokens()).isEqualTo(256 - 64 - 16);
    }

    @Test
    void ofATemplateThatKnowsLabelsAloneOffersModeLabelByDefault() {
        TinyCheckpoint.random(directory, 1);
        TinyCheckpoint.settings(directory, "{\"promptTemplate\": \"qwen3-reranker-v1\"}");

        RerankerSettings settings = RerankerSettings.read(directory, model());

        assertThat(settings.defaultMode()).isEqualTo(Mode.LABEL);
        assertThat(settings.modes()).containsExactly(Mode.LABEL);
    }

    @Test
    void namesOtherWeightsOtherwise() {
        TinyCheckpoint.random(directory.resolve("a/m"), 1);
        TinyCheckpoint.random(directory.resolve("b/m"), 1);
        TinyCheckpoint.random(directory.resolve("c/m"), 2);

        String first = version("a/m");

        assertThat(version("b/m")).isEqualTo(first);
        assertThat(version("c/m")).isNotEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'mode': 'label'} | unknown key mode; known are [defaultMode,",
                "{'firstStageWeight': {'lable': 1}} | unknown key firstStageWeight.lable; known are [explain, justify, label, listwise]",
                "{'firstStageWeight': {'label': 1.5}} | firstStageWeight.label must be in [0, 1], was 1.5",
                "{'firstStageWeight': {'label': 'x'}} | firstStageWeight.label must be a number, was \"x\"",
                "{'firstStageWeight': 0.5} | firstStageWeight must be an object of modes and weights, was 0.5",
                "{'defaultMode': 'best'} | unknown mode 'best'",
                "{'promptTemplate': 'mine'} | promptTemplate 'mine' is unknown; known are [compact-v1, compact-v2, compact-v3, compact-v4, interank-chat-v1, qwen3-reranker-v1]",
                "{'promptTemplate': 'qwen3-reranker-v1', 'defaultMode': 'justify'} | defaultMode justify is not offered by promptTemplate qwen3-reranker-v1, which has [label]",
                "{'promptTemplate': 'qwen3-reranker-v1', 'firstStageWeight': {'explain': 1}} | unknown key firstStageWeight.explain; known are [label]",
                "{'defaultMode': 'cross-encoder'} | defaultMode cross-encoder is not offered by promptTemplate interank-chat-v1, which has [explain, justify, label, listwise]",
                "{'maxPromptTokens': 0} | maxPromptTokens must be at least 1, was 0",
                "{'maxPromptTokens': '9'} | maxPromptTokens must be an integer, was \"9\"",
                "[1] | is not a JSON object",
                "{ | is not readable JSON",
            })
    void namesWhatIsWrong(String json, String message) {
        TinyCheckpoint.random(directory, 1);
        TinyCheckpoint.settings(directory, json.replace('\'', '"'));

        assertThatThrownBy(() -> RerankerSettings.read(directory, model()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("reranker.json: ")
                .hasMessageContaining(message);
    }

    private String version(String name) {
        return RerankerSettings.read(directory.resolve(name), model(name)).modelVersion();
    }

    private TransformerConfig model() {
        return model(".");
    }

    private TransformerConfig model(String name) {
        return TransformerConfig.read(directory.resolve(name).resolve("config.json"));
    }
}
