package rerank.model.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.weights.CheckpointException;

class EncoderConfigTest {
    private final JsonMapper mapper = new JsonMapper();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bert | architectures | [\"BertModel\"] | architectures=[\"BertModel\"] is not supported; supported: BertForSequenceClassification; without its head there is nothing to rank by",
                "bert | architectures | [\"BertForMaskedLM\"] | there is nothing to rank by",
                "electra | architectures | [\"ElectraForPreTraining\"] | supported: ElectraForSequenceClassification",
                "bert | hidden_act | \"gelu_new\" | hidden_act=\"gelu_new\" is not supported; supported: gelu",
                "bert | position_embedding_type | \"relative_key\" | supported: absolute",
                "bert | is_decoder | true | is_decoder=true",
                "bert | pruned_heads | {\"0\": [1]} | pruned_heads",
                "bert | quantization_config | {\"bits\": 4} | quantization_config",
                "bert | num_attention_heads | 3 | hidden_size=16 is not a multiple of num_attention_heads=3",
                "bert | num_hidden_layers | null | num_hidden_layers must be a positive integer, was null",
                "modernbert | norm_bias | true | norm_bias=true",
                "modernbert | attention_bias | true | attention_bias=true",
                "modernbert | classifier_activation | \"relu\" | classifier_activation=\"relu\"",
                "modernbert | classifier_pooling | \"max\" | supported: mean or cls",
                "modernbert | layer_types | [\"full_attention\"] | layer_types has 1 entries for num_hidden_layers=3",
                "modernbert | layer_types | [\"chunked_attention\"] | layer_types=",
                "modernbert | rope_parameters | {\"full_attention\": {\"rope_type\": \"yarn\"}} | supported: rope_type default",
                "modernbert | local_attention | 1 | local_attention must be at least 2",
            })
    void refusesWhatWouldChangeTheNumbers(String family, String key, String value, String message) throws IOException {
        ObjectNode config = config(family);
        config.set(key, mapper.readTree(value));

        assertThatThrownBy(() -> read(config))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("config.json: ")
                .hasMessageContaining(message);
    }

    @Test
    void hasTheReferencesDefaults() throws IOException {
        EncoderConfig bert = read(config("bert"));
        EncoderConfig electra = read(config("electra"));
        EncoderConfig modern = read(config("modernbert"));

        assertThat(bert.labels()).isEqualTo(2);
        assertThat(bert.tokenTypes()).isEqualTo(2);
        assertThat(bert.normEpsilon()).isEqualTo(1e-12);
        assertThat(bert.embeddingSize()).isEqualTo(16);
        assertThat(electra.embeddingSize()).isEqualTo(128);
        assertThat(modern.tokenTypes()).isZero();
        assertThat(modern.modernBert())
                .isEqualTo(
                        new EncoderConfig.ModernBert(List.of(true, false, false), 64, 160_000, 10_000, false, false));
    }

    @Test
    void takesOneRotaryBaseForAllLayersWhereTheLocalOneIsNull() throws IOException {
        ObjectNode config = config("modernbert").put("global_rope_theta", 5000.0);
        config.putNull("local_rope_theta");

        EncoderConfig.ModernBert modern = read(config).modernBert();

        assertThat(modern).extracting("theta", "nearbyTheta").containsExactly(5000.0, 5000.0);
    }

    private EncoderConfig read(ObjectNode config) throws IOException {
        Path file = directory.resolve("config.json");
        mapper.writeValue(file.toFile(), config);
        return EncoderConfig.read(file);
    }

    private ObjectNode config(String family) {
        return mapper.createObjectNode()
                .put("model_type", family)
                .put("vocab_size", 50)
                .put("hidden_size", 16)
                .put("intermediate_size", 24)
                .put("num_hidden_layers", 3)
                .put("num_attention_heads", 2)
                .put("max_position_embeddings", 64);
    }
}
