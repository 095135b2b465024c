package rerank.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Hugging Face {@code config.json} as it is written; the families read their shapes out of it. */
public final class ConfigJson {
    /** The file's name in a checkpoint directory. */
    public static final String FILE = "config.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final JsonNode json;

    private ConfigJson(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    /**
     * Reads a config file.
     *
     * @throws CheckpointException if it is absent or not JSON
     */
    public static ConfigJson read(Path file) {
        if (!Files.exists(file)) {
            throw new CheckpointException(
                    file + " does not exist; a checkpoint is a directory in the Hugging Face layout");
        }
        try {
            return new ConfigJson(file, JSON.readTree(file.toFile()));
        } catch (IOException e) {
            throw new CheckpointException(file + " cannot be read as JSON: " + e.getMessage(), e);
        }
    }

    /** Where it was read from. */
    public Path file() {
        return file;
    }

    /** The family: {@code model_type}, empty if it is absent. */
    public String modelType() {
        return json.path("model_type").asText();
    }

    /** The value of a key; a missing node if it is absent. */
    public JsonNode get(String key) {
        return json.path(key);
    }

    /** Whether a key has a value other than null. */
    public boolean isPresent(String key) {
        return json.hasNonNull(key);
    }

    /**
     * A positive integer.
     *
     * @throws CheckpointException if it is absent or something else
     */
    public int count(String key) {
        JsonNode value = json.path(key);
        if (!value.isInt() || value.asInt() < 1) {
            throw new CheckpointException(file + ": " + key + " must be a positive integer, "
                    + (value.isMissingNode() ? "it is absent" : "was " + value));
        }
        return value.asInt();
    }

    /** A positive integer, or another number where the key is absent or null. */
    public int countOr(String key, int otherwise) {
        return isPresent(key) ? count(key) : otherwise;
    }

    /**
     * Checks that keys are false, absent or null.
     *
     * @throws CheckpointException naming the one that is not
     */
    public void requireFalse(List<String> keys) {
        for (String key : keys) {
            if (json.path(key).asBoolean(false)) {
                throw refused(key, "false");
            }
        }
    }

    /**
     * Checks that a key has the one value supported, or none.
     *
     * @throws CheckpointException naming key and value
     */
    public void requireText(String key, String supported) {
        if (isPresent(key) && !json.path(key).asText().equals(supported)) {
            throw refused(key, supported);
        }
    }

    /** What to throw for a value that would change the numbers and is not supported; names key and value. */
    public CheckpointException refused(String key, String supported) {
        JsonNode value = json.path(key);
        return new CheckpointException(file + ": " + key + (value.isMissingNode() ? " is absent" : "=" + value)
                + " is not supported; supported: " + supported);
    }
}
