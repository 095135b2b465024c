package rerank.topology;

/**
 * Bounds on what one query may bring along.
 *
 * @param maxCandidates candidates of one query that are judged, the first to arrive; further ones, up to ten times as
 *     many, are ranked unjudged behind them, and what exceeds that is refused; at least 1
 * @param maxDocumentChars a longer text is cut to this many UTF-16 units; at least 1
 * @param maxQueryChars a query whose text or instruction is longer is refused; at least 1
 * @param maxResultBytes a longer answer is cut at its end, so that the topic takes it; at least 1000
 */
public record Limits(int maxCandidates, int maxDocumentChars, int maxQueryChars, int maxResultBytes) {
    /** A longer query or document id is refused: it would be repeated in every record. */
    static final int MAX_ID_CHARS = 1000;

    private static final int MAX_TITLE_CHARS = 1000;
    private static final int LISTED_PER_JUDGED = 10;

    /** Twenty of these must fit a record; a prompt takes less of each in any case. */
    private static final int MAX_CHARS_IN_WINDOW = 4000;

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

    /** The beginning of a document's text; a surrogate pair is never cut in two. */
    String cutText(String text) {
        return cut(text, maxDocumentChars);
    }

    /** The beginning of a document's text for a window of candidates: 4000 UTF-16 units at most. */
    String cutForWindow(String text) {
        return cut(text, Math.min(MAX_CHARS_IN_WINDOW, maxDocumentChars));
    }

    /** The beginning of a document's title, which also goes into the answer: 1000 UTF-16 units at most. */
    String cutTitle(String title) {
        return cut(title, Math.min(MAX_TITLE_CHARS, maxDocumentChars));
    }

    /** The first {@code maxChars} UTF-16 units of a text, one less where that would cut a surrogate pair in two. */
    static String cut(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        if (maxChars == 0) {
            return "";
        }
        boolean insidePair =
                Character.isHighSurrogate(text.charAt(maxChars - 1)) && Character.isLowSurrogate(text.charAt(maxChars));
        return text.substring(0, insidePair ? maxChars - 1 : maxChars);
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", was " + value);
        }
    }
}
