package rerank.topology;

import java.time.Duration;

/**
 * How feedback becomes experience.
 *
 * @param isOn whether feedback is read and experience published at all
 * @param window how long feedback on a ranking is waited for, from its answer; positive
 * @param maxImpressions how many results of a ranking, from the top, feedback is taken for; at least 1
 * @param maxTextChars bound on the text of each result that the experience repeats, in UTF-16 units; 0 leaves out all
 *     texts, the query's among them, and keeps ids and numbers alone
 */
public record Attribution(boolean isOn, Duration window, int maxImpressions, int maxTextChars) {
    /** No feedback is read. */
    public static final Attribution OFF = new Attribution(false, Duration.ofMinutes(30), 50, 0);

    public Attribution {
        if (window.isNegative() || window.isZero()) {
            throw new IllegalArgumentException("window must be positive, was " + window);
        }
        if (maxImpressions < 1) {
            throw new IllegalArgumentException("maxImpressions must be at least 1, was " + maxImpressions);
        }
        if (maxTextChars < 0) {
            throw new IllegalArgumentException("maxTextChars must not be negative, was " + maxTextChars);
        }
    }

    /** Whether the texts of candidates are needed until their query is answered. */
    boolean keepsTexts() {
        return isOn && maxTextChars > 0;
    }
}
