package rerank.model.prompt;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the token types of a template's prompts tell. */
public enum TokenTypes {
    /** Nothing: all tokens are of type 0. */
    NONE(0),
    /** Which words of query and document match, see {@link MatchFlags}. */
    MATCHES(MatchFlags.TOKEN_TYPES),
    /** How words and numbers of query and document relate, see {@link RelationFlags}. */
    RELATIONS(RelationFlags.TOKEN_TYPES),
    /** Those, and how far query and document cover each other, see {@link CoverageFlags}. */
    COVERAGE(CoverageFlags.TOKEN_TYPES),
    /** Those, and how far words of the query are matched when rare ones count more, see {@link RarityFlags}. */
    RARITY(RarityFlags.TOKEN_TYPES);

    private final int rows;

    TokenTypes(int rows) {
        this.rows = rows;
    }

    /** Rows of the token-type table that a model needs for them. */
    public int rows() {
        return rows;
    }

    /** The types whose table has a number of rows; empty if there are none. */
    public static Optional<TokenTypes> ofRows(int rows) {
        return Arrays.stream(values()).filter(types -> types.rows == rows).findFirst();
    }

    /**
     * For each row the row of coarser types that says nearest the same, so that a model trained with those can go on from what it
     * knows.
     *
     * @throws IllegalArgumentException if the others tell what these do not
     */
    public int[] nearest(TokenTypes coarser) {
        if (coarser.compareTo(this) > 0 || coarser == NONE) {
            throw new IllegalArgumentException(
                    "token types " + this + " cannot go on from " + coarser + ", which tell something else");
        }
        int[] nearest = IntStream.range(0, rows).toArray();
        for (int i = ordinal(); i > coarser.ordinal(); i--) {
            int[] below = values()[i].nearestCoarser();
            nearest = Arrays.stream(nearest).map(row -> below[row]).toArray();
        }
        return nearest;
    }

    private int[] nearestCoarser() {
        return switch (this) {
            case NONE, MATCHES -> throw new IllegalStateException(this + " have no coarser types");
            case RELATIONS -> RelationFlags.nearestMatches();
            case COVERAGE -> CoverageFlags.nearestRelations();
            case RARITY -> RarityFlags.nearestCoverage();
        };
    }

    @Nullable TokenFlags flags(String query, String title, String text) {
        return switch (this) {
            case NONE -> null;
            case MATCHES -> new MatchFlags(query, title, text);
            case RELATIONS -> new RelationFlags(query, title, text);
            case COVERAGE -> new CoverageFlags(query, title, text);
            case RARITY -> new RarityFlags(query, title, text);
        };
    }
}
