package rerank.model.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import rerank.model.weights.CheckpointException;

/**
 * {@code adapter_config.json} as PEFT writes it. What would change the computation and is not supported is refused by its
 * key; keys that only concern training or bookkeeping are passed over.
 */
final class AdapterConfigFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Keys that must be absent, null, false or empty. */
    private static final List<String> UNSUPPORTED = List.of(
            "use_dora",
            "use_qalora",
            "fan_in_fan_out",
            "lora_bias",
            "modules_to_save",
            "rank_pattern",
            "alpha_pattern",
            "layers_to_transform",
            "layer_replication",
            "target_parameters",
            "trainable_token_indices",
            "exclude_modules",
            "alora_invocation_tokens",
            "arrow_config",
            "corda_config",
            "eva_config",
            "megatron_config");

    private AdapterConfigFile() {}

    static AdapterConfig read(Path file) {
        if (!Files.exists(file)) {
            throw new CheckpointException(file + " does not exist; an adapter directory has it beside "
                    + Adapter.WEIGHTS_FILE + " (PEFT's layout)");
        }
        JsonNode json;
        try {
            json = JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new CheckpointException(file + " cannot be read as JSON: " + e.getMessage(), e);
        }
        requireText(file, json, "peft_type", "LORA");
        requireText(file, json, "bias", "none");
        for (String key : UNSUPPORTED) {
            JsonNode value = json.path(key);
            boolean isOff = value.isMissingNode()
                    || value.isNull()
                    || (value.isBoolean() && !value.booleanValue())
                    || (value.isContainerNode() && value.isEmpty());
            if (!isOff) {
                throw new CheckpointException(
                        file + ": " + key + "=" + value + " is not supported; supported: none of it");
            }
        }
        try {
            return new AdapterConfig(
                    json.path("r").asInt(0),
                    json.path("lora_alpha").asDouble(0),
                    json.path("lora_dropout").asDouble(0),
                    json.path("use_rslora").asBoolean(false),
                    modules(json.path("target_modules")),
                    json.path("base_model_name_or_path").asText(""));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file + ": " + e.getMessage(), e);
        }
    }

    private static void requireText(Path file, JsonNode json, String key, String only) {
        if (!json.path(key).asText(only).equalsIgnoreCase(only)) {
            throw new CheckpointException(
                    file + ": " + key + "=" + json.path(key) + " is not supported; supported: " + only);
        }
    }

    private static Set<AdaptedModule> modules(JsonNode targets) {
        if (targets.asText().equals("all-linear")) {
            return EnumSet.allOf(AdaptedModule.class);
        }
        if (!targets.isArray()) {
            throw new IllegalArgumentException(
                    "target_modules=" + targets + " is not supported; supported: a list of names, or all-linear");
        }
        Set<AdaptedModule> modules = EnumSet.noneOf(AdaptedModule.class);
        targets.forEach(target -> modules.add(AdaptedModule.of(target.asText())));
        return modules;
    }

    static void write(AdapterConfig config, Path file) {
        ObjectNode json = JSON.createObjectNode();
        json.put("peft_type", "LORA");
        json.put("task_type", "CAUSAL_LM");
        json.put("base_model_name_or_path", config.base());
        json.put("r", config.rank());
        json.put("lora_alpha", config.alpha());
        json.put("lora_dropout", config.dropout());
        json.put("use_rslora", config.rankStabilised());
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("inference_mode", true);
        config.modules().stream()
                .sorted()
                .forEach(module -> json.withArray("target_modules").add(module.id()));
        try {
            Files.writeString(file, json.toPrettyString() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file + ": " + e.getMessage(), e);
        }
    }
}
