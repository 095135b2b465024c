package rerank.model.transformer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rerank.model.transformer.TransformerConfig.RopeScaling;
import rerank.model.weights.CheckpointException;
import rerank.model.weights.ConfigJson;

/**
 * A Hugging Face {@code config.json} and the {@link TransformerConfig} it describes. Reads the spellings of
 * transformers 4 and 5; refuses, naming key and value, whatever would change the numbers and is not supported.
 */
final class ConfigFile {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    static final List<String> FAMILIES = List.of("qwen2", "qwen3", "llama");
    private static final Map<String, String> ARCHITECTURES =
            Map.of("qwen2", "Qwen2ForCausalLM", "qwen3", "Qwen3ForCausalLM", "llama", "LlamaForCausalLM");
    private static final int QWEN3_HEAD_SIZE = 128;

    private final ConfigJson json;
    private final String family;

    private ConfigFile(ConfigJson json) {
        this.json = json;
        this.family = json.modelType();
    }

    /**
     * Reads a config file.
     *
     * @throws CheckpointException if it is absent, malformed, or asks for what is not supported
     */
    static TransformerConfig read(Path file) {
        return new ConfigFile(ConfigJson.read(file)).toConfig();
    }

    /** Writes the config file that {@link #read} reads back, in the spelling of transformers 4. */
    static void write(TransformerConfig config, Path file, boolean bf16) {
        ObjectNode json = JSON.createObjectNode();
        json.putArray("architectures").add(ARCHITECTURES.get(config.family()));
        json.put("model_type", config.family())
                .put("vocab_size", config.vocabularySize())
                .put("hidden_size", config.hiddenSize())
                .put("intermediate_size", config.feedForwardSize())
                .put("num_hidden_layers", config.layers())
                .put("num_attention_heads", config.heads())
                .put("num_key_value_heads", config.keyValueHeads())
                .put("head_dim", config.headSize())
                .put("hidden_act", "silu")
                .put("max_position_embeddings", config.maxPositions())
                .put("rms_norm_eps", config.normEpsilon())
                .put("rope_theta", config.ropeTheta())
                .put("tie_word_embeddings", config.tiedEmbeddings())
                .put("torch_dtype", bf16 ? "bfloat16" : "float32")
                .put("use_cache", true);
        RopeScaling scaling = config.ropeScaling();
        if (scaling != null) {
            json.putObject("rope_scaling")
                    .put("rope_type", "llama3")
                    .put("factor", scaling.factor())
                    .put("low_freq_factor", scaling.lowFrequencyFactor())
                    .put("high_freq_factor", scaling.highFrequencyFactor())
                    .put("original_max_position_embeddings", scaling.originalMaxPositions());
        }
        if (config.tokenTypes() > 0) {
            json.put("rerank_token_types", config.tokenTypes());
        }
        try {
            JSON.writeValue(file.toFile(), json);
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file + ": " + e.getMessage(), e);
        }
    }

    private TransformerConfig toConfig() {
        refuseWhatIsNotSupported();
        int hiddenSize = json.count("hidden_size");
        int heads = json.count("num_attention_heads");
        JsonNode rope = ropeParameters();
        try {
            return new TransformerConfig(
                    family,
                    json.count("num_hidden_layers"),
                    hiddenSize,
                    heads,
                    json.isPresent("num_key_value_heads") ? json.count("num_key_value_heads") : heads,
                    headSize(hiddenSize, heads),
                    json.count("intermediate_size"),
                    json.count("vocab_size"),
                    json.count("max_position_embeddings"),
                    rope.path("rope_theta").asDouble(json.get("rope_theta").asDouble(10_000)),
                    ropeScaling(rope),
                    json.get("rms_norm_eps").asDouble(1e-6),
                    json.get("tie_word_embeddings").asBoolean(false),
                    family.equals("qwen2"),
                    family.equals("qwen3"),
                    json.get("rerank_token_types").asInt(0));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(json.file() + ": " + e.getMessage(), e);
        }
    }

    private void refuseWhatIsNotSupported() {
        if (!FAMILIES.contains(family)) {
            throw json.refused("model_type", String.join(", ", FAMILIES));
        }
        String architecture = json.get("architectures").path(0).asText("");
        if (!architecture.isEmpty() && !architecture.endsWith("ForCausalLM")) {
            throw json.refused("architectures", "a language model, *ForCausalLM");
        }
        json.requireText("hidden_act", "silu");
        json.requireFalse(List.of("use_sliding_window", "mlp_bias"));
        // Qwen2 has its biases without saying so; elsewhere this key adds one to the output projection too.
        if (!family.equals("qwen2") && json.get("attention_bias").asBoolean(false)) {
            throw json.refused("attention_bias", "false");
        }
        for (JsonNode type : json.get("layer_types")) {
            if (!type.asText().equals("full_attention")) {
                throw json.refused("layer_types", "full_attention for every layer");
            }
        }
        if (json.isPresent("quantization_config")) {
            throw json.refused("quantization_config", "none: float32, float16 or bfloat16 weights");
        }
        if (json.get("partial_rotary_factor").asDouble(1) != 1) {
            throw json.refused("partial_rotary_factor", "1");
        }
    }

    /** {@code rope_parameters} of transformers 5, else {@code rope_scaling} of transformers 4; may be missing. */
    private JsonNode ropeParameters() {
        return json.isPresent("rope_parameters") ? json.get("rope_parameters") : json.get("rope_scaling");
    }

    private @Nullable RopeScaling ropeScaling(JsonNode rope) {
        String type = rope.path("rope_type").asText(rope.path("type").asText("default"));
        if (type.equals("default")) {
            return null;
        }
        if (!type.equals("llama3")) {
            throw json.refused(
                    json.isPresent("rope_parameters") ? "rope_parameters" : "rope_scaling",
                    "rope_type llama3 or default");
        }
        for (String key :
                List.of("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings")) {
            if (!rope.path(key).isNumber()) {
                throw new CheckpointException(
                        json.file() + ": rope_type llama3 needs a number " + key + ", found " + rope);
            }
        }
        return new RopeScaling(
                rope.path("factor").asDouble(),
                rope.path("low_freq_factor").asDouble(),
                rope.path("high_freq_factor").asDouble(),
                rope.path("original_max_position_embeddings").asInt());
    }

    private int headSize(int hiddenSize, int heads) {
        if (json.isPresent("head_dim")) {
            return json.count("head_dim");
        }
        if (family.equals("qwen3")) {
            return QWEN3_HEAD_SIZE;
        }
        if (hiddenSize % heads != 0) {
            throw new CheckpointException(json.file() + ": hidden_size=" + hiddenSize
                    + " is not a multiple of num_attention_heads=" + heads + " and head_dim is absent");
        }
        return hiddenSize / heads;
    }
}
