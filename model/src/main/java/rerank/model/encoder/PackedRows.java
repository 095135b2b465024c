package rerank.model.encoder;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import rerank.model.tokenizer.PairTokens;

/**
 * Pairs one behind the other, the shorter first, so that those of one length are neighbours and nothing is padded.
 *
 * @param order which pair each row is
 * @param tokenIds of all rows
 * @param tokenTypes of all rows
 * @param positions of each token in its row
 * @param starts where each row begins
 * @param groups rows and length, for each length there is
 */
record PackedRows(int[] order, long[] tokenIds, long[] tokenTypes, long[] positions, long[] starts, long[] groups) {
    /**
     * Packs pairs.
     *
     * @throws IllegalArgumentException if a pair is empty or too long, or an id or type is out of range; the native error
     *     would not say which
     */
    static PackedRows of(List<PairTokens> pairs, EncoderConfig config) {
        int[] order = IntStream.range(0, pairs.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> pairs.get(i).length()))
                .mapToInt(Integer::intValue)
                .toArray();
        int tokens = pairs.stream().mapToInt(PairTokens::length).sum();
        PackedRows rows = new PackedRows(
                order,
                new long[tokens],
                new long[tokens],
                new long[tokens],
                new long[order.length],
                new long[2 * order.length]);
        return rows.fill(pairs, config);
    }

    private PackedRows fill(List<PairTokens> pairs, EncoderConfig config) {
        int at = 0;
        int group = -1;
        for (int row = 0; row < order.length; row++) {
            PairTokens pair = pairs.get(order[row]);
            check(order[row], pair, config);
            starts[row] = at;
            if (group < 0 || groups[2 * group + 1] != pair.length()) {
                group++;
                groups[2 * group + 1] = pair.length();
            }
            groups[2 * group]++;
            for (int t = 0; t < pair.length(); t++, at++) {
                tokenIds[at] = pair.ids()[t];
                tokenTypes[at] = config.tokenTypes() == 0 ? 0 : pair.types()[t];
                positions[at] = t;
            }
        }
        return new PackedRows(order, tokenIds, tokenTypes, positions, starts, Arrays.copyOf(groups, 2 * (group + 1)));
    }

    private static void check(int index, PairTokens pair, EncoderConfig config) {
        if (pair.length() < 1 || pair.length() > config.maxPositions()) {
            throw new IllegalArgumentException("pair " + index + " has " + pair.length()
                    + " tokens, the model takes 1 to " + config.maxPositions());
        }
        for (int t = 0; t < pair.length(); t++) {
            requireInRange("token id", pair.ids()[t], config.vocabularySize(), index);
            if (config.tokenTypes() > 0) {
                requireInRange("token type", pair.types()[t], config.tokenTypes(), index);
            }
        }
    }

    private static void requireInRange(String what, int value, int bound, int index) {
        if (value < 0 || value >= bound) {
            throw new IllegalArgumentException(
                    what + " " + value + " of pair " + index + " is not in [0, " + bound + ")");
        }
    }
}
