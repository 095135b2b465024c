package rerank.trainer.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * One question to a model, as it goes over the wire.
 *
 * @param body JSON of the chat completion
 */
public record ChatRequest(String body) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A guess that errs on the high side for English. */
    private static final double CHARACTERS_PER_TOKEN = 4;

    /**
     * How a model answers.
     *
     * @param model its name at the endpoint
     * @param temperature of its sampling; 0 for its best guess
     * @param maxTokens bound on an answer
     * @param moreFields JSON object whose fields go into every request as they are; a null takes a field of ours out
     */
    public record Settings(String model, double temperature, int maxTokens, String moreFields) {
        public Settings {
            if (model.isBlank()) {
                throw new IllegalArgumentException("chat.model is missing: the model's name at the endpoint");
            }
            fields(moreFields);
        }
    }

    /** Makes the request of a system and a user message. */
    public static ChatRequest of(Settings settings, String system, String user) {
        ObjectNode body = JSON.createObjectNode()
                .put("model", settings.model())
                .put("temperature", settings.temperature())
                .put("max_tokens", settings.maxTokens());
        var messages = body.putArray("messages");
        messages.addObject().put("role", "system").put("content", system);
        messages.addObject().put("role", "user").put("content", user);
        fields(settings.moreFields()).properties().forEach(field -> {
            if (field.getValue().isNull()) {
                body.remove(field.getKey());
            } else {
                body.set(field.getKey(), field.getValue());
            }
        });
        return new ChatRequest(body.toString());
    }

    /** SHA-256 of the body in hexadecimal: requests are the same exactly if their digests are. */
    public String digest() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(body.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** About how many tokens are paid for it. */
    public long estimatedTokens() {
        return estimatedTokens(body);
    }

    static long estimatedTokens(String text) {
        return (long) Math.ceil(text.length() / CHARACTERS_PER_TOKEN);
    }

    private static JsonNode fields(String json) {
        try {
            JsonNode fields = json.isBlank() ? JSON.createObjectNode() : JSON.readTree(json);
            if (fields.isObject()) {
                return fields;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "chat.request.fields is no JSON: " + e.getOriginalMessage() + "; was " + json, e);
        }
        throw new IllegalArgumentException("chat.request.fields must be a JSON object, was " + json);
    }
}
