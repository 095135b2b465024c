package rerank.model.transformer;

import java.util.Arrays;

/**
 * A {@link TrainingBatch} as the flat arrays that the training step reads: rows without their padding, and only the
 * positions that carry a loss listed, since the vocabulary projection is the dear part of a small model.
 *
 * @param tokens of all rows, one after another
 * @param nextPositions whose logits predict the next token, counted among all tokens; as with the tokens, a few more fill
 *     up to a round number
 * @param nextTokens what each of them predicts
 * @param nextWeights weight of each, their sizes summing to 1; 0 for those that fill up
 * @param labelPositions (B) each row's label position, counted among all tokens; the row's first position where it has none
 * @param labelTargets (B) labels, 0 where there is none
 * @param labelWeights (B) weights summing to 1, 0 where there is no label
 * @param listwiseTargets (G, K) target distributions, each divided by the number of groups that count; 0 elsewhere
 * @param listwiseMask (G, K) added to the scores: 0 for rows that take part, a large negative number otherwise
 * @param listwiseGroups groups with a positive label
 */
record PackedBatch(
        PackedRows tokens,
        long[] nextPositions,
        long[] nextTokens,
        float[] nextWeights,
        long[] labelPositions,
        long[] labelTargets,
        float[] labelWeights,
        float[] listwiseTargets,
        float[] listwiseMask,
        int listwiseGroups) {
    private static final float LEFT_OUT = -1e9f;

    /**
     * Packs a batch.
     *
     * @throws IllegalArgumentException if the shapes disagree, a token or label is out of range, or nothing carries a loss
     */
    static PackedBatch of(TrainingBatch batch, TransformerConfig config) {
        int rows = batch.tokenIds().length;
        check(batch, config, rows);
        PackedRows tokens = PackedRows.of(batch.tokenIds(), batch.tokenTypes(), batch.lengths(), config);
        int[] starts = tokens.starts();
        NextTokens next = nextTokens(batch, starts, tokens.tokenIds().length);
        long[] labelPositions = new long[rows];
        long[] labelTargets = new long[rows];
        float[] labelWeights = new float[rows];
        int labeled =
                (int) Arrays.stream(batch.labelPositions()).filter(p -> p >= 0).count();
        for (int row = 0; row < rows; row++) {
            boolean has = batch.labelPositions()[row] >= 0;
            labelPositions[row] = (long) starts[row] + Math.max(0, batch.labelPositions()[row]);
            labelTargets[row] = has ? batch.labels()[row] : 0;
            labelWeights[row] = has ? 1f / labeled : 0f;
        }
        float[] targets = new float[rows];
        float[] mask = new float[rows];
        int groups = listwise(batch, rows, targets, mask);
        if (next.positions().length == 0 && labeled == 0) {
            throw new IllegalArgumentException("training batch of " + rows + " rows: no position carries a loss");
        }
        return new PackedBatch(
                tokens,
                next.positions(),
                next.tokens(),
                next.weights(),
                labelPositions,
                labelTargets,
                labelWeights,
                targets,
                mask,
                groups);
    }

    /** Share of groups that count whose best-scored row has the group's highest label; NaN without such groups. */
    float groupAccuracy(float[] scores, TrainingBatch batch) {
        int right = 0;
        int counted = 0;
        for (int start = 0; start < tokens.rows(); start += batch.groupSize()) {
            int best = -1;
            int highest = 0;
            for (int row = start; row < start + batch.groupSize(); row++) {
                if (listwiseMask[row] == 0) {
                    highest = Math.max(highest, batch.labels()[row]);
                    best = best < 0 || scores[row] > scores[best] ? row : best;
                }
            }
            if (highest > 0) {
                counted++;
                right += batch.labels()[best] == highest ? 1 : 0;
            }
        }
        return counted == 0 ? Float.NaN : (float) right / counted;
    }

    private record NextTokens(long[] positions, long[] tokens, float[] weights) {}

    private static NextTokens nextTokens(TrainingBatch batch, int[] starts, int all) {
        long[] positions = new long[all];
        long[] tokens = new long[all];
        float[] weights = new float[all];
        int n = 0;
        double sum = 0;
        for (int row = 0; row < starts.length; row++) {
            for (int t = 0; t + 1 < batch.lengths()[row]; t++) {
                float weight = batch.targetWeights()[row][t];
                if (weight != 0) {
                    positions[n] = (long) starts[row] + t;
                    tokens[n] = batch.tokenIds()[row][t + 1];
                    weights[n++] = weight;
                    sum += Math.abs(weight);
                }
            }
        }
        for (int i = 0; i < n; i++) {
            weights[i] = (float) (weights[i] / sum);
        }
        int round = PackedRows.roundedUp(n);
        return new NextTokens(
                Arrays.copyOf(positions, round), Arrays.copyOf(tokens, round), Arrays.copyOf(weights, round));
    }

    /** Fills targets and mask; a group counts when a row of it takes part with a label above 0. */
    private static int listwise(TrainingBatch batch, int rows, float[] targets, float[] mask) {
        int groups = 0;
        for (int start = 0; start < rows; start += batch.groupSize()) {
            int sum = 0;
            for (int row = start; row < start + batch.groupSize(); row++) {
                boolean in = batch.listwise()[row] && batch.labelPositions()[row] >= 0;
                mask[row] = in ? 0 : LEFT_OUT;
                targets[row] = in ? batch.labels()[row] : 0;
                sum += (int) targets[row];
            }
            groups += sum > 0 ? 1 : 0;
            for (int row = start; row < start + batch.groupSize(); row++) {
                targets[row] = sum > 0 ? targets[row] / sum : 0;
            }
        }
        for (int row = 0; row < rows && groups > 0; row++) {
            targets[row] /= groups;
        }
        return groups;
    }

    private static void check(TrainingBatch batch, TransformerConfig config, int rows) {
        if (rows == 0
                || batch.tokenTypes().length != rows
                || batch.lengths().length != rows
                || batch.targetWeights().length != rows
                || batch.labelPositions().length != rows
                || batch.labels().length != rows
                || batch.listwise().length != rows) {
            throw new IllegalArgumentException("training batch: its arrays differ in rows, or it has none");
        }
        if (batch.groupSize() < 1 || rows % batch.groupSize() != 0) {
            throw new IllegalArgumentException(
                    "training batch: " + rows + " rows do not divide into groups of " + batch.groupSize());
        }
        if (batch.labelTokens().length != 3) {
            throw new IllegalArgumentException(
                    "training batch: expected 3 label tokens, got " + batch.labelTokens().length);
        }
        for (int row = 0; row < rows; row++) {
            checkRow(batch, config, row);
        }
    }

    private static void checkRow(TrainingBatch batch, TransformerConfig config, int row) {
        int length = batch.lengths()[row];
        if (length < 1 || length > batch.tokenIds()[row].length) {
            throw new IllegalArgumentException("training batch row " + row + ": length " + length + " of "
                    + batch.tokenIds()[row].length + " tokens");
        }
        if (length > config.maxPositions()) {
            throw new IllegalArgumentException("training batch row " + row + ": " + length + " tokens, the model holds "
                    + config.maxPositions() + "; shorten the prompt or the explanation");
        }
        for (int t = 0; t < length; t++) {
            int id = batch.tokenIds()[row][t];
            if (id < 0 || id >= config.vocabularySize()) {
                throw new IllegalArgumentException("training batch row " + row + ": token id " + id
                        + " is outside the vocabulary of " + config.vocabularySize());
            }
            int type = config.tokenTypes() == 0 ? 0 : batch.tokenTypes()[row][t];
            if (type < 0 || type >= Math.max(1, config.tokenTypes())) {
                throw new IllegalArgumentException("training batch row " + row + ": token type " + type
                        + ", the model has " + config.tokenTypes());
            }
        }
        int position = batch.labelPositions()[row];
        int label = batch.labels()[row];
        if (position >= length || (position >= 0 && (label < 0 || label > 2))) {
            throw new IllegalArgumentException("training batch row " + row + ": label " + label + " at position "
                    + position + " of " + length + " tokens; labels are 0 to 2");
        }
    }
}
