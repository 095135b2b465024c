package rerank.trainer.learning;

/**
 * One act of a user on an impression.
 *
 * @param kind what was done
 * @param value seconds for {@link Kind#DWELL}, the label 0 to 2 for {@link Kind#GRADE}; otherwise unused
 */
public record UserAction(Kind kind, double value) {
    /** What users do. */
    public enum Kind {
        /** Opened it. */
        CLICK,
        /** Stayed on it. */
        DWELL,
        /** Kept, bought or shared it. */
        SAVE,
        /** Said that it does not help. */
        DISMISS,
        /** Gave an explicit grade. */
        GRADE
    }

    public UserAction {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(kind + " with value " + value + ", which is not finite");
        }
    }
}
