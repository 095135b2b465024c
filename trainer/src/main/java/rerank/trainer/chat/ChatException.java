package rerank.trainer.chat;

/** No usable answer could be had. The {@link #reason} is one of a few, so that failures can be counted by it. */
public final class ChatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final boolean isPassing;

    /**
     * A failure.
     *
     * @param reason what happened, in few words
     * @param isPassing whether the same request may succeed later
     * @param detail what was seen
     */
    ChatException(String reason, boolean isPassing, String detail) {
        super(detail.isEmpty() ? reason : reason + ": " + detail);
        this.reason = reason;
        this.isPassing = isPassing;
    }

    /** What happened, in few words, for example {@code HTTP 429}. */
    public String reason() {
        return reason;
    }

    /** Whether the same request may succeed later. */
    boolean isPassing() {
        return isPassing;
    }
}
