package rerank.trainer.chat;

/** No usable answer could be had. The {@link #reason} is one of a few, so that failures can be counted by it. */
public final class ChatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final Kind kind;

    /** What a failure says of the endpoint. */
    enum Kind {
        /** Nothing came, or that it cannot answer now. */
        OUTAGE,
        /** It answered, but not as it should. */
        UNUSABLE,
        /** It does not want this request. */
        REJECTED
    }

    /**
     * A failure.
     *
     * @param reason what happened, in few words
     * @param kind what that says of the endpoint
     * @param detail what was seen
     */
    ChatException(String reason, Kind kind, String detail) {
        super(detail.isEmpty() ? reason : reason + ": " + detail);
        this.reason = reason;
        this.kind = kind;
    }

    /** What happened, in few words, for example {@code HTTP 429}. */
    public String reason() {
        return reason;
    }

    /** Whether the same request may succeed later. */
    boolean isPassing() {
        return kind != Kind.REJECTED;
    }

    /** Whether the endpoint may be down. */
    boolean isOutage() {
        return kind == Kind.OUTAGE;
    }
}
