package rerank.model.encoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import rerank.model.encoder.EncoderConfig.ModernBert;
import rerank.model.weights.CheckpointException;
import rerank.model.weights.ConfigJson;

/**
 * A Hugging Face {@code config.json} and the {@link EncoderConfig} it describes. Reads the spellings of transformers 4 and
 * 5, with that library's defaults for what may be absent; refuses, naming key and value, whatever would change the numbers
 * and is not supported.
 */
final class EncoderConfigFile {
    private static final int DEFAULT_LABELS = 2;
    private static final int ELECTRA_EMBEDDING_SIZE = 128;
    private static final int TOKEN_TYPES = 2;

    private final ConfigJson json;
    private final Family family;

    private EncoderConfigFile(ConfigJson json) {
        this.json = json;
        this.family =
                Family.of(json.modelType()).orElseThrow(() -> json.refused("model_type", EncoderConfig.families()));
    }

    static EncoderConfig read(Path file) {
        EncoderConfigFile config = new EncoderConfigFile(ConfigJson.read(file));
        config.requireHead();
        config.refuseWhatIsNotSupported();
        try {
            return config.toConfig();
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file + ": " + e.getMessage(), e);
        }
    }

    private void requireHead() {
        String architecture = json.get("architectures").path(0).asText("");
        if (!architecture.isEmpty() && !architecture.equals(family.architecture())) {
            throw json.refused(
                    "architectures",
                    family.architecture() + "; without its head there is nothing to rank by: give a checkpoint that was"
                            + " trained as a cross-encoder");
        }
    }

    private void refuseWhatIsNotSupported() {
        json.requireFalse(List.of("is_decoder", "add_cross_attention"));
        if (json.isPresent("quantization_config")) {
            throw json.refused("quantization_config", "none: float32, float16 or bfloat16 weights");
        }
        if (!json.get("pruned_heads").isEmpty()) {
            throw json.refused("pruned_heads", "none");
        }
        if (family == Family.MODERNBERT) {
            json.requireText("hidden_activation", "gelu");
            json.requireText("classifier_activation", "gelu");
            json.requireFalse(List.of("attention_bias", "mlp_bias", "norm_bias"));
        } else {
            json.requireText("hidden_act", "gelu");
            json.requireText("position_embedding_type", "absolute");
        }
    }

    private EncoderConfig toConfig() {
        boolean modern = family == Family.MODERNBERT;
        int layers = json.count("num_hidden_layers");
        int hiddenSize = json.count("hidden_size");
        return new EncoderConfig(
                family.modelType(),
                layers,
                hiddenSize,
                json.count("num_attention_heads"),
                json.count("intermediate_size"),
                family == Family.ELECTRA ? json.countOr("embedding_size", ELECTRA_EMBEDDING_SIZE) : hiddenSize,
                json.count("vocab_size"),
                json.count("max_position_embeddings"),
                modern ? 0 : json.countOr("type_vocab_size", TOKEN_TYPES),
                modern
                        ? json.get("norm_eps").asDouble(1e-5)
                        : json.get("layer_norm_eps").asDouble(1e-12),
                labels(),
                modern ? modernBert(layers) : null);
    }

    /** As the reference counts them: the names of the classes, else their number, else two. */
    private int labels() {
        JsonNode names = json.get("id2label");
        return names.isEmpty() ? json.countOr("num_labels", DEFAULT_LABELS) : names.size();
    }

    private ModernBert modernBert(int layers) {
        double theta = theta("full_attention", "global_rope_theta", 160_000);
        boolean hasOneTheta = json.get("local_rope_theta").isNull();
        String pooling = json.get("classifier_pooling").asText("cls");
        if (!pooling.equals("mean") && !pooling.equals("cls")) {
            throw json.refused("classifier_pooling", "mean or cls");
        }
        return new ModernBert(
                looksEverywhere(layers),
                json.countOr("local_attention", 128) / 2,
                theta,
                hasOneTheta ? theta : theta("sliding_attention", "local_rope_theta", 10_000),
                pooling.equals("mean"),
                json.get("classifier_bias").asBoolean(false));
    }

    /** Listed by transformers 5; by transformers 4 every third layer or so, from the first. */
    private List<Boolean> looksEverywhere(int layers) {
        List<Boolean> everywhere = new ArrayList<>();
        for (JsonNode type : json.get("layer_types")) {
            boolean full = type.asText().equals("full_attention");
            if (!full && !type.asText().equals("sliding_attention")) {
                throw json.refused("layer_types", "full_attention or sliding_attention for each layer");
            }
            everywhere.add(full);
        }
        if (everywhere.isEmpty()) {
            int every = json.countOr("global_attn_every_n_layers", 3);
            Boolean[] byNumber = new Boolean[layers];
            Arrays.setAll(byNumber, layer -> layer % every == 0);
            everywhere.addAll(List.of(byNumber));
        }
        return everywhere;
    }

    /** {@code rope_parameters} of transformers 5, else the key of transformers 4. */
    private double theta(String attention, String key, double otherwise) {
        JsonNode rope = json.get("rope_parameters").path(attention);
        if (!rope.path("rope_type").asText("default").equals("default")) {
            throw json.refused("rope_parameters", "rope_type default");
        }
        return rope.path("rope_theta").asDouble(json.get(key).asDouble(otherwise));
    }
}
