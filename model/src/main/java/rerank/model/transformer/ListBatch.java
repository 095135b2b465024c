package rerank.model.transformer;

import java.util.Arrays;

/**
 * One micro-batch of lists that users acted on; B rows, one for each document, that G lists of at most K rows point to.
 *
 * <p>Three losses, each a weighted sum. Of a list, cross-entropy of its targets with the softmax over {@code (scale x log-odds
 * + marginScale x margin + offset) / temperature}, where a row's log-odds are those of its expected label over 2 by the
 * probabilities of the three label tokens, with the exact gradient through that expectation, and its margin is the logit of
 * label 2 less that of label 0. Of a row with a grade, cross-entropy over the label tokens. Of every row, KL(model || reference)
 * over the three labels.
 *
 * @param tokenIds int[B][]: prompts that end where the label follows or that hold it
 * @param tokenTypes int[B][]
 * @param labelPositions int[B]: position whose logits predict the label
 * @param reference float[B][3]: natural-log probabilities of the labels by the reference
 * @param divergenceWeights float[B]: weight of each row's divergence, 0 for none
 * @param grades int[B], 0 to 2; ignored where the weight is 0
 * @param gradeWeights float[B]: weight of each row's grade, 0 for none
 * @param lists int[G][]: indices of each list's rows
 * @param targets float[G][]: weight of each row of each list as a target, at least 0
 * @param offsets float[G][]: added to the scaled log-odds of each row
 * @param logOddsScale factor on log-odds of scores, at least 0
 * @param marginScale factor on margins, at least 0
 * @param temperature divisor of scores in the softmax, above 0
 * @param labelTokens the ids of the three label tokens, in label order
 */
public record ListBatch(
        int[][] tokenIds,
        int[][] tokenTypes,
        int[] labelPositions,
        float[][] reference,
        float[] divergenceWeights,
        int[] grades,
        float[] gradeWeights,
        int[][] lists,
        float[][] targets,
        float[][] offsets,
        float logOddsScale,
        float marginScale,
        float temperature,
        int[] labelTokens) {
    private static final float NO_ROW = -1e9f;

    public ListBatch {
        int rows = tokenIds.length;
        if (rows == 0
                || lists.length == 0
                || tokenTypes.length != rows
                || labelPositions.length != rows
                || reference.length != rows
                || divergenceWeights.length != rows
                || grades.length != rows
                || gradeWeights.length != rows) {
            throw new IllegalArgumentException(
                    "batch of " + lists.length + " lists: its arrays differ in rows, or it has none");
        }
        if (targets.length != lists.length || offsets.length != lists.length || labelTokens.length != 3) {
            throw new IllegalArgumentException("batch of " + lists.length + " lists: " + targets.length
                    + " rows of targets, " + offsets.length + " of offsets and " + labelTokens.length
                    + " label tokens; expected as many as lists, and 3");
        }
        if (!(temperature > 0) || !(logOddsScale >= 0) || !(marginScale >= 0)) {
            throw new IllegalArgumentException("batch of lists: temperature " + temperature + ", log-odds scale "
                    + logOddsScale + " and margin scale " + marginScale + "; expected above 0 and at least 0");
        }
        for (int g = 0; g < lists.length; g++) {
            checkList(g, lists[g], targets[g], offsets[g], rows);
        }
    }

    private static void checkList(int g, int[] list, float[] targets, float[] offsets, int rows) {
        if (list.length == 0 || targets.length != list.length || offsets.length != list.length) {
            throw new IllegalArgumentException("list " + g + " of the batch: " + list.length + " rows, "
                    + targets.length + " targets and " + offsets.length + " offsets");
        }
        for (int row : list) {
            if (row < 0 || row >= rows) {
                throw new IllegalArgumentException(
                        "list " + g + " of the batch: row " + row + " is outside the " + rows + " rows");
            }
        }
    }

    /** Rows of the longest list, K. */
    int longest() {
        int longest = 0;
        for (int[] list : lists) {
            longest = Math.max(longest, list.length);
        }
        return longest;
    }

    /** Row indices, (G, K); 0 where a list has no more rows. */
    long[] flatRows() {
        long[] flat = new long[lists.length * longest()];
        for (int g = 0; g < lists.length; g++) {
            for (int k = 0; k < lists[g].length; k++) {
                flat[g * longest() + k] = lists[g][k];
            }
        }
        return flat;
    }

    /** Targets, (G, K); 0 where a list has no more rows. */
    float[] flatTargets() {
        return padded(targets, longest(), 0);
    }

    /** Offsets, (G, K); very negative where a list has no more rows. */
    float[] flatOffsets() {
        return padded(offsets, longest(), NO_ROW);
    }

    /** Reference log-probabilities, (B, 3). */
    float[] flatReference() {
        return padded(reference, 3, 0);
    }

    private static float[] padded(float[][] rows, int width, float fill) {
        float[] flat = new float[rows.length * width];
        Arrays.fill(flat, fill);
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, flat, row * width, rows[row].length);
        }
        return flat;
    }
}
