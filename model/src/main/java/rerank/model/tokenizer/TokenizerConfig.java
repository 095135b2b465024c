package rerank.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import rerank.model.weights.CheckpointException;

/**
 * What a checkpoint says of its tokenizer beside {@code tokenizer.json}.
 *
 * @param chatTemplate Jinja source of {@code chat_template} (or of the file {@code chat_template.jinja})
 * @param beginToken {@code bos_token}
 * @param endToken {@code eos_token}
 */
record TokenizerConfig(Optional<String> chatTemplate, Optional<String> beginToken, Optional<String> endToken) {
    static TokenizerConfig read(Path checkpoint) {
        Path path = checkpoint.resolve("tokenizer_config.json");
        Path jinja = checkpoint.resolve("chat_template.jinja");
        try {
            JsonMapper mapper = new JsonMapper();
            JsonNode root = Files.exists(path) ? mapper.readTree(path.toFile()) : mapper.createObjectNode();
            Optional<String> chatTemplate =
                    Files.exists(jinja) ? Optional.of(Files.readString(jinja)) : template(root.path("chat_template"));
            return new TokenizerConfig(chatTemplate, token(root.path("bos_token")), token(root.path("eos_token")));
        } catch (IOException e) {
            throw new CheckpointException(path + ": is not readable JSON: " + e.getMessage(), e);
        }
    }

    /** A template is a string, or a list of named ones of which "default" serves. */
    private static Optional<String> template(JsonNode node) {
        for (JsonNode named : node) {
            if (named.path("name").asText().equals("default")) {
                return Optional.of(named.path("template").asText());
            }
        }
        return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
    }

    /** A token is a string, or an object with its content. */
    private static Optional<String> token(JsonNode node) {
        JsonNode content = node.isObject() ? node.path("content") : node;
        return content.isTextual() ? Optional.of(content.asText()) : Optional.empty();
    }
}
