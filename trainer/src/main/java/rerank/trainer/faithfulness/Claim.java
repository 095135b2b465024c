package rerank.trainer.faithfulness;

/**
 * One thing that an explanation says, or owes and does not say.
 *
 * @param kind what it is about
 * @param text the words of the explanation; what was owed, where they are missing
 * @param verdict what came of checking it
 */
public record Claim(Kind kind, String text, Verdict verdict) {
    /** What a claim is about. */
    public enum Kind {
        /** What the query is about, or the document. */
        TOPIC,
        /** The kind of answer that is asked for, or that the document gives. */
        ANSWER,
        /** A number with its unit that the document states, or that it states none. */
        NUMBER,
        /** A word or feature that the document states, or that it states none. */
        FEATURE,
        /** Whether the document meets something that the query asks. */
        CONSTRAINT,
        /** The conclusion over all constraints. */
        CONCLUSION,
        /** Words that no rule reads, so that nothing supports them. */
        UNREADABLE
    }

    /** What came of checking a claim. */
    public enum Verdict {
        /** Query and document bear it out. */
        SUPPORTED,
        /** They contradict it, or say nothing of the sort. */
        UNSUPPORTED,
        /** Owed, but not said. */
        MISSING,
        /** Nothing is known to check it by; counted apart. */
        UNKNOWN
    }

    /** A claim that was said and checked. */
    public static Claim said(Kind kind, String text, boolean isSupported) {
        return new Claim(kind, text, isSupported ? Verdict.SUPPORTED : Verdict.UNSUPPORTED);
    }

    /** A claim that was owed. */
    public static Claim missing(Kind kind, String owed) {
        return new Claim(kind, owed, Verdict.MISSING);
    }
}
