package rerank.model.transformer;

import java.util.Arrays;

/**
 * Rows of tokens side by side, right-padded to the longest.
 *
 * @param rows B
 * @param time T, the longest length
 * @param tokenIds (B, T), row by row
 * @param tokenTypes (B, T), row by row; all 0 for a model without a table of token types
 */
record PaddedRows(int rows, int time, long[] tokenIds, long[] tokenTypes) {
    /**
     * Pads rows.
     *
     * @throws IllegalArgumentException if a row is empty or too long, or a token or type is out of range
     */
    static PaddedRows of(int[][] ids, int[][] types, TransformerConfig config) {
        int time = Arrays.stream(ids).mapToInt(row -> row.length).max().orElseThrow();
        long[] tokenIds = new long[ids.length * time];
        long[] tokenTypes = new long[ids.length * time];
        for (int row = 0; row < ids.length; row++) {
            check(row, ids[row], types[row], config);
            for (int t = 0; t < ids[row].length; t++) {
                tokenIds[row * time + t] = ids[row][t];
                tokenTypes[row * time + t] = config.tokenTypes() == 0 ? 0 : types[row][t];
            }
        }
        return new PaddedRows(ids.length, time, tokenIds, tokenTypes);
    }

    /** One position of each row as indices into B x T. */
    long[] flat(int[] positions) {
        long[] flat = new long[positions.length];
        for (int row = 0; row < positions.length; row++) {
            if (positions[row] < 0 || positions[row] >= time) {
                throw new IllegalArgumentException(
                        "row " + row + ": position " + positions[row] + " is outside its " + time + " tokens");
            }
            flat[row] = (long) row * time + positions[row];
        }
        return flat;
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
