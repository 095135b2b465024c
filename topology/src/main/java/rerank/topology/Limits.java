package rerank.topology;

/**
 * Bounds on what one query may bring along.
 *
 * @param maxCandidates candidates of one query that are judged, the first to arrive; further ones, up to ten times as
 *     many, are ranked unjudged behind them, and what exceeds that is refused; at least 1
 * @param maxDocumentChars a longer title or text is cut to this many UTF-16 units; at least 1
 * @param maxQueryChars a query whose text or instruction is longer is refused; at least 1
 * @param maxResultBytes a longer answer is cut at its end, so that the topic takes it; at least 1000
 */
public record Limits(int maxCandidates, int maxDocumentChars, int maxQueryChars, int maxResultBytes) {
    private static final int LISTED_PER_JUDGED = 10;

    public Limits {
        atLeast("maxCandidates", maxCandidates, 1);
        atLeast("maxDocumentChars", maxDocumentChars, 1);
        atLeast("maxQueryChars", maxQueryChars, 1);
        atLeast("maxResultBytes", maxResultBytes, 1000);
    }

    /** How many candidates of one query are kept, judged or not. */
    int maxListed() {
        return (int) Math.min(Integer.MAX_VALUE, (long) maxCandidates * LISTED_PER_JUDGED);
    }

    /** The beginning of a document's text or title; a surrogate pair is never cut in two. */
    String cut(String text) {
        if (text.length() <= maxDocumentChars) {
            return text;
        }
        boolean insidePair = Character.isHighSurrogate(text.charAt(maxDocumentChars - 1))
                && Character.isLowSurrogate(text.charAt(maxDocumentChars));
        return text.substring(0, insidePair ? maxDocumentChars - 1 : maxDocumentChars);
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", was " + value);
        }
    }
}
