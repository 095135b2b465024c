package rerank.model.prompt;

/** A prompt does not fit its limit even without its document. */
public final class PromptTooLongException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    PromptTooLongException(String queryId, int tokens, int limit) {
        super("query " + queryId + ": prompt has " + tokens + " tokens without its document, the limit is " + limit
                + "; shorten query or instruction, or raise maxPromptTokens");
    }
}
