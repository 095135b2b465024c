package rerank.trainer.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * What a model answered.
 *
 * @param text the message
 * @param isCut the model was stopped at the bound on tokens
 * @param promptTokens paid for the question
 * @param completionTokens paid for the answer
 */
public record ChatAnswer(String text, boolean isCut, long promptTokens, long completionTokens) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Reads a chat completion. Where the endpoint does not say how many tokens it used, they are estimated.
     *
     * @throws ChatException saying what is wrong with it
     */
    static ChatAnswer of(ChatRequest request, String body) {
        JsonNode json;
        try {
            json = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new ChatException("unreadable answer", ChatException.Kind.UNUSABLE, e.getOriginalMessage());
        }
        JsonNode choice = json.path("choices").path(0);
        JsonNode text = choice.path("message").path("content");
        if (!text.isTextual()) {
            throw new ChatException(
                    "unexpected answer",
                    ChatException.Kind.UNUSABLE,
                    "no choices[0].message.content in " + brief(body));
        }
        JsonNode usage = json.path("usage");
        return new ChatAnswer(
                text.asText(),
                choice.path("finish_reason").asText().equals("length"),
                usage.path("prompt_tokens").asLong(request.estimatedTokens()),
                usage.path("completion_tokens").asLong(ChatRequest.estimatedTokens(text.asText())));
    }

    /** A body short enough for a message. */
    static String brief(String body) {
        String line = body.strip().replaceAll("\\s+", " ");
        return line.length() <= 200 ? line : line.substring(0, 200) + "...";
    }
}
