package rerank.model.prompt;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the token types of a template's prompts tell. */
public enum TokenTypes {
    /** Nothing: all tokens are of type 0. */
    NONE(0),
    /** Which words of query and document match, see {@link MatchFlags}. */
    MATCHES(MatchFlags.TOKEN_TYPES),
    /** How words and numbers of query and document relate, see {@link RelationFlags}. */
    RELATIONS(RelationFlags.TOKEN_TYPES);

    private final int rows;

    TokenTypes(int rows) {
        this.rows = rows;
    }

    /** Rows of the token-type table that a model needs for them. */
    public int rows() {
        return rows;
    }

    /**
     * For each row the row of {@link #MATCHES} that says nearest the same, so that a model trained with those can go on
     * from what it knows.
     */
    public int[] nearestMatches() {
        return switch (this) {
            case NONE -> new int[0];
            case MATCHES -> IntStream.range(0, rows).toArray();
            case RELATIONS -> RelationFlags.nearestMatches();
        };
    }

    @Nullable TokenFlags flags(String query, String title, String text) {
        return switch (this) {
            case NONE -> null;
            case MATCHES -> new MatchFlags(query, title, text);
            case RELATIONS -> new RelationFlags(query, title, text);
        };
    }
}
