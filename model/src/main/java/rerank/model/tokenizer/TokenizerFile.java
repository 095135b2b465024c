package rerank.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import rerank.model.weights.CheckpointException;

/**
 * A {@code tokenizer.json} and what the native library does not tell of it.
 *
 * @param path where it was read from
 * @param ids the id of every token by its name
 * @param vocabularySize highest id plus one
 * @param addedTokens names of the tokens that are matched in raw text before anything else, by their first character
 * @param matchesNormalized an added token is matched in normalized text, so that raw text does not tell
 */
record TokenizerFile(
        Path path,
        Map<String, Integer> ids,
        int vocabularySize,
        Map<Character, List<String>> addedTokens,
        boolean matchesNormalized) {
    private static final JsonMapper JSON = new JsonMapper();

    static TokenizerFile read(Path path) {
        JsonNode root = parse(path);
        Map<String, Integer> ids = new HashMap<>();
        JsonNode vocabulary = root.path("model").path("vocab");
        if (!vocabulary.isObject()) {
            throw new CheckpointException(
                    path + ": model.vocab is not an object of token names and ids; BPE and WordPiece are supported");
        }
        vocabulary
                .properties()
                .forEach(entry -> ids.put(entry.getKey(), entry.getValue().asInt()));
        Map<Character, List<String>> addedTokens = new HashMap<>();
        boolean matchesNormalized = false;
        for (JsonNode token : root.path("added_tokens")) {
            String name = token.path("content").asText();
            ids.put(name, token.path("id").asInt());
            matchesNormalized |= token.path("normalized").asBoolean();
            if (!name.isEmpty()) {
                addedTokens
                        .computeIfAbsent(name.charAt(0), c -> new ArrayList<>())
                        .add(name);
            }
        }
        int highest = ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
        return new TokenizerFile(path, Map.copyOf(ids), highest + 1, addedTokens, matchesNormalized);
    }

    /** Whether the text may hold an added token; never false when it does. */
    boolean mayMatchAddedToken(String text) {
        if (matchesNormalized) {
            return true;
        }
        for (int i = 0; i < text.length(); i++) {
            for (String token : addedTokens.getOrDefault(text.charAt(i), List.of())) {
                if (text.startsWith(token, i)) {
                    return true;
                }
            }
        }
        return false;
    }

    byte[] json() {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read", e);
        }
    }

    byte[] jsonWithoutAddedTokens() {
        ObjectNode root = parse(path);
        root.putArray("added_tokens");
        try {
            return JSON.writeValueAsBytes(root);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be written as JSON", e);
        }
    }

    private static ObjectNode parse(Path path) {
        try {
            JsonNode root = JSON.readTree(path.toFile());
            if (root instanceof ObjectNode) {
                return (ObjectNode) root;
            }
            throw new CheckpointException(path + ": is not a JSON object");
        } catch (NoSuchFileException | java.io.FileNotFoundException e) {
            throw new CheckpointException(
                    "checkpoint " + path.getParent() + " has no " + path.getFileName()
                            + "; give the whole checkpoint directory",
                    e);
        } catch (IOException e) {
            throw new CheckpointException(path + ": is not readable JSON: " + e.getMessage(), e);
        }
    }
}
