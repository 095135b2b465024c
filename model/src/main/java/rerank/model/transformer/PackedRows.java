package rerank.model.transformer;

import java.util.Arrays;

/**
 * Rows of tokens one after another, without padding but for a last row that nothing is learned from: with it the tokens
 * are a multiple of {@link #UNIT}. The library makes a kernel for every size of a product that it meets, which takes as
 * long as many products; so there are few sizes.
 *
 * @param rows B
 * @param lengths tokens of each row, and of the one that fills up, if there is one
 * @param tokenIds (T), T tokens in all
 * @param tokenTypes (T); all 0 for a model without a table of token types
 */
record PackedRows(int rows, long[] lengths, long[] tokenIds, long[] tokenTypes) {
    private static final int UNIT = 64;

    /**
     * Packs whole rows.
     *
     * @throws IllegalArgumentException if a row is empty or too long, or a token or type is out of range
     */
    static PackedRows of(int[][] ids, int[][] types, TransformerConfig config) {
        int[] lengths = new int[ids.length];
        for (int row = 0; row < ids.length; row++) {
            check(row, ids[row], types[row], config);
            lengths[row] = ids[row].length;
        }
        return of(ids, types, lengths, config);
    }

    /** Packs the beginnings of rows that have been checked. */
    static PackedRows of(int[][] ids, int[][] types, int[] lengths, TransformerConfig config) {
        int real = Arrays.stream(lengths).sum();
        int all = roundedUp(real);
        long[] tokenIds = new long[all];
        long[] tokenTypes = new long[all];
        int at = 0;
        for (int row = 0; row < ids.length; row++) {
            for (int t = 0; t < lengths[row]; t++) {
                tokenIds[at] = ids[row][t];
                tokenTypes[at++] = config.tokenTypes() == 0 ? 0 : types[row][t];
            }
        }
        long[] filled = new long[all > real ? ids.length + 1 : ids.length];
        for (int row = 0; row < filled.length; row++) {
            filled[row] = row < ids.length ? lengths[row] : all - real;
        }
        return new PackedRows(ids.length, filled, tokenIds, tokenTypes);
    }

    /** The next multiple of {@link #UNIT}. */
    static int roundedUp(int size) {
        return (size + UNIT - 1) / UNIT * UNIT;
    }

    /** Where each row begins among the tokens. */
    int[] starts() {
        int[] starts = new int[rows];
        for (int row = 1; row < starts.length; row++) {
            starts[row] = starts[row - 1] + Math.toIntExact(lengths[row - 1]);
        }
        return starts;
    }

    /** One position of each row, counted among all tokens. */
    long[] among(int[] positions) {
        int[] starts = starts();
        long[] among = new long[positions.length];
        for (int row = 0; row < positions.length; row++) {
            if (positions[row] < 0 || positions[row] >= lengths[row]) {
                throw new IllegalArgumentException(
                        "row " + row + ": position " + positions[row] + " is outside its " + lengths[row] + " tokens");
            }
            among[row] = (long) starts[row] + positions[row];
        }
        return among;
    }

    private static void check(int row, int[] ids, int[] types, TransformerConfig config) {
        if (ids.length == 0 || ids.length != types.length || ids.length > config.maxPositions()) {
            throw new IllegalArgumentException("row " + row + ": " + ids.length + " tokens with " + types.length
                    + " types; the model holds 1 to " + config.maxPositions());
        }
        for (int t = 0; t < ids.length; t++) {
            boolean isKnownType = config.tokenTypes() == 0 || (types[t] >= 0 && types[t] < config.tokenTypes());
            if (ids[t] < 0 || ids[t] >= config.vocabularySize() || !isKnownType) {
                throw new IllegalArgumentException("row " + row + ": token " + ids[t] + " of type " + types[t]
                        + " is outside the vocabulary of " + config.vocabularySize() + " and "
                        + config.tokenTypes() + " types");
            }
        }
    }
}
