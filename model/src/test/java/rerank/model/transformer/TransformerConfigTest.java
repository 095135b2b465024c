package rerank.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.transformer.TransformerConfig.RopeScaling;
import rerank.model.weights.CheckpointException;

class TransformerConfigTest {
    private static final String SHAPE = "\"hidden_size\": 64, \"num_hidden_layers\": 2, \"num_attention_heads\": 4,"
            + " \"intermediate_size\": 96, \"vocab_size\": 512, \"max_position_embeddings\": 128";

    @TempDir
    Path directory;

    private TransformerConfig read(String keys) throws IOException {
        Path file = directory.resolve("config.json");
        Files.writeString(file, "{" + SHAPE + ", " + keys + "}");
        return TransformerConfig.read(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void readsBackWhatItWrites(String family) {
        TransformerConfig config = TinyCheckpoint.config(family);
        Path file = directory.resolve("config.json");

        ConfigFile.write(config, file, true);

        assertThat(TransformerConfig.read(file)).isEqualTo(config);
    }

    @Test
    void readsTheSpellingsOfBothVersions() throws IOException {
        String scaling = "\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0,"
                + " \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 64";

        TransformerConfig four = read("\"model_type\": \"llama\", \"torch_dtype\": \"float32\","
                + " \"rope_theta\": 500000.0, \"rope_scaling\": {" + scaling + "}");
        TransformerConfig five = read("\"model_type\": \"llama\", \"dtype\": \"float32\","
                + " \"layer_types\": [\"full_attention\", \"full_attention\"], \"sliding_window\": null,"
                + " \"rope_parameters\": {\"rope_theta\": 500000.0, " + scaling + "}");

        assertThat(five).isEqualTo(four);
        assertThat(four.ropeTheta()).isEqualTo(500_000);
        assertThat(four.ropeScaling()).isEqualTo(new RopeScaling(8, 1, 4, 64));
    }

    @Test
    void fillsInWhatAFamilyImplies() throws IOException {
        TransformerConfig llama = read("\"model_type\": \"llama\"");
        TransformerConfig qwen3 = read("\"model_type\": \"qwen3\"");

        assertThat(llama.headSize()).isEqualTo(16);
        assertThat(llama.keyValueHeads()).isEqualTo(4);
        assertThat(llama.tiedEmbeddings()).isFalse();
        assertThat(llama.ropeTheta()).isEqualTo(10_000);
        assertThat(qwen3.headSize()).isEqualTo(128);
        assertThat(qwen3.queryKeyNorm()).isTrue();
        assertThat(read("\"model_type\": \"qwen2\", \"attention_bias\": true").attentionBias())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"model_type\": \"mistral\" | model_type=\"mistral\"",
                "\"no_type\": 1 | model_type is absent",
                "\"model_type\": \"llama\", \"hidden_act\": \"gelu\" | hidden_act=\"gelu\"",
                "\"model_type\": \"qwen2\", \"use_sliding_window\": true | use_sliding_window=true",
                "\"model_type\": \"llama\", \"attention_bias\": true | attention_bias=true",
                "\"model_type\": \"llama\", \"mlp_bias\": true | mlp_bias=true",
                "\"model_type\": \"llama\", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0} | rope_scaling={",
                "\"model_type\": \"qwen3\", \"rope_parameters\": {\"rope_type\": \"yarn\"} | rope_parameters={",
                "\"model_type\": \"qwen3\", \"layer_types\": [\"sliding_attention\"] | layer_types=[\"sliding",
                "\"model_type\": \"llama\", \"quantization_config\": {\"bits\": 4} | quantization_config={\"bits\":4}",
                "\"model_type\": \"llama\", \"partial_rotary_factor\": 0.5 | partial_rotary_factor=0.5",
                "\"model_type\": \"qwen2\", \"architectures\": [\"Qwen2ForSequenceClassification\"] | architectures=",
            })
    void refusesWhatItDoesNotSupportNamingKeyAndValue(String keys, String message) {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> read(keys))
                .withMessageContaining("config.json: " + message)
                .withMessageContaining("not supported; supported: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"num_key_value_heads\": 3 | num_attention_heads=4 is not a multiple of num_key_value_heads=3",
                "\"head_dim\": 15 | head_dim=15 is odd",
                "\"head_dim\": -2 | head_dim must be a positive integer, was -2",
                "\"vocab_size\": \"many\" | vocab_size must be a positive integer, was \"many\"",
                "\"rms_norm_eps\": 0 | rms_norm_eps=0.0 must be positive",
                "\"rope_scaling\": {\"rope_type\": \"llama3\"} | rope_type llama3 needs a number factor",
            })
    void refusesImpossibleShapes(String keys, String message) {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> read("\"model_type\": \"llama\", " + keys))
                .withMessageContaining(message);
    }

    @Test
    void saysThatTheFileIsAbsentOrBroken() throws IOException {
        Path file = directory.resolve("config.json");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> TransformerConfig.read(file))
                .withMessageContaining("does not exist");

        Files.writeString(file, "{\"hidden_size\": ");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> TransformerConfig.read(file))
                .withMessageContaining("cannot be read as JSON");
    }

    @Test
    void scalesOnlyTheLowFrequenciesOfLlama3() {
        TransformerConfig config = TinyCheckpoint.config("llama");
        float[] scaled = config.inverseFrequencies();

        // theta 10000, head size 8: 1, 0.1, 0.01, 0.001; 64 positions turn the first 10 times, the second once.
        assertThat(scaled[0]).isEqualTo(1f);
        assertThat(scaled[1]).isBetween(0.1f / 8, 0.1f);
        assertThat(scaled[2]).isEqualTo(0.01f / 8);
        assertThat(scaled[3]).isEqualTo(0.001f / 8);
    }
}
