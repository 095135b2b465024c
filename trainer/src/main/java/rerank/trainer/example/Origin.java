package rerank.trainer.example;

import java.util.Locale;

/** Why a pair was chosen to be labeled. */
public enum Origin {
    /** The data set judges the document relevant to the query. */
    JUDGED,
    /** The first stage found the document for the query. */
    HARD,
    /** The first stage found the document for another query and not for this one. */
    EASY;

    /** The name in files. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Origin of(String id) {
        for (Origin origin : values()) {
            if (origin.id().equals(id)) {
                return origin;
            }
        }
        throw new IllegalArgumentException("\"origin\" is judged, hard or easy, was '" + id + "'");
    }
}
