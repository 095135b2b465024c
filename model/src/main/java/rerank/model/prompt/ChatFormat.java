package rerank.model.prompt;

import java.util.List;
import rerank.model.tokenizer.Tokenizer;

/**
 * How a model family writes a chat of one system and one user message, up to where the assistant answers.
 *
 * <p>Written out by family rather than by running the checkpoint's Jinja template: of a template we need this one path
 * only, and a template engine would be a large dependency whose every difference from Jinja changes prompts silently.
 */
enum ChatFormat {
    /** ChatML, as in Qwen2, Qwen2.5 and Qwen3 models without a thinking switch. */
    QWEN2("<|im_end|>", "<|endoftext|>"),
    /** ChatML with an empty thinking block: the model answers at once. */
    QWEN3("<|im_end|>", "<|endoftext|>"),
    /** Llama 3. */
    LLAMA3("<|eot_id|>", "<|end_of_text|>"),
    /** Llama 3.1 and 3.2, whose system message begins with two dates. */
    LLAMA3_DATED("<|eot_id|>", "<|end_of_text|>", "<|eom_id|>");

    /** The date that the families' templates fall back to; a constant, for a prompt must not change by the day. */
    private static final String DATES = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n";

    private final List<String> endTokens;

    ChatFormat(String... endTokens) {
        this.endTokens = List.of(endTokens);
    }

    /**
     * The format of a checkpoint: by its chat template's marks, or without a template by its tokens.
     *
     * @throws IllegalArgumentException if it is of no known family
     */
    static ChatFormat of(Tokenizer tokenizer) {
        String template = tokenizer.chatTemplate().orElse("");
        boolean hasTemplate = !template.isBlank();
        if (hasTemplate ? template.contains("<|start_header_id|>") : has(tokenizer, "<|start_header_id|>")) {
            return template.contains("Cutting Knowledge Date") ? LLAMA3_DATED : LLAMA3;
        }
        if (hasTemplate ? template.contains("<|im_start|>") : has(tokenizer, "<|im_start|>")) {
            return template.contains("enable_thinking") ? QWEN3 : QWEN2;
        }
        throw new IllegalArgumentException("the tokenizer's chat template is of no known family (Qwen2, Qwen2.5, Qwen3,"
                + " Llama 3.x); name a prompt template that is no chat in reranker.json");
    }

    /** The chat as text with special tokens by name, ending where the answer begins. */
    String render(String system, String user) {
        switch (this) {
            case QWEN2:
                return chatMl(system, user);
            case QWEN3:
                return chatMl(system, user) + "<think>\n\n</think>\n\n";
            case LLAMA3:
                return "<|begin_of_text|>" + (system.isEmpty() ? "" : llama("system", system)) + llamaUser(user);
            case LLAMA3_DATED:
                return "<|begin_of_text|>" + llama("system", DATES + system) + llamaUser(user);
        }
        throw new AssertionError(this);
    }

    /** Tokens that end an answer. */
    List<String> endTokens() {
        return endTokens;
    }

    private static String chatMl(String system, String user) {
        String first = system.isEmpty() ? "" : "<|im_start|>system\n" + system + "<|im_end|>\n";
        return first + "<|im_start|>user\n" + user + "<|im_end|>\n<|im_start|>assistant\n";
    }

    private static String llamaUser(String user) {
        return llama("user", user) + "<|start_header_id|>assistant<|end_header_id|>\n\n";
    }

    private static String llama(String role, String content) {
        return "<|start_header_id|>" + role + "<|end_header_id|>\n\n" + content + "<|eot_id|>";
    }

    private static boolean has(Tokenizer tokenizer, String token) {
        return tokenizer.idOf(token).isPresent();
    }
}
