package rerank.trainer.teacher;

/** A teacher failed at a pair, which says nothing of the pair. Failures are counted by their {@link #reason}. */
public final class TeacherException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final String detail;

    /**
     * A failure.
     *
     * @param reason what happened, one of a few texts
     * @param detail what was seen; may be empty
     */
    public TeacherException(String reason, String detail) {
        super(detail.isEmpty() ? reason : reason + ": " + detail);
        this.reason = reason;
        this.detail = detail;
    }

    /** What happened, one of a few texts. */
    public String reason() {
        return reason;
    }

    /** What was seen; may be empty. */
    public String detail() {
        return detail;
    }
}
