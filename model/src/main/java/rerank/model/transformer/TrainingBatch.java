package rerank.model.transformer;

/**
 * One micro-batch of training sequences, right-padded; B sequences in groups of {@code groupSize} that share a query.
 *
 * <p>Three losses, each a mean: next-token cross-entropy over the whole vocabulary at positions with a target weight;
 * cross-entropy over the three label tokens at the label position; and, over each group, listwise softmax
 * cross-entropy of {@code logit(2) - logit(0)} with targets proportional to the labels (groups without a positive
 * label are left out).
 *
 * @param tokenIds int[B][T], padded with any id
 * @param tokenTypes int[B][T]
 * @param lengths int[B], real length of each row
 * @param targetWeights float[B][T]: weight of predicting {@code tokenIds[b][t + 1]} from position t; 0 for none.
 *     The loss is divided by the sum of their sizes; a negative one makes the token less likely
 * @param labelPositions int[B]: position whose logits predict the label; -1 for a row without label loss
 * @param labels int[B], 0 to 2
 * @param listwise boolean[B]: the row takes part in its group's listwise loss
 * @param groupSize rows of one group; B is a multiple of it
 * @param labelTokens the ids of the three label tokens, in label order
 */
public record TrainingBatch(
        int[][] tokenIds,
        int[][] tokenTypes,
        int[] lengths,
        float[][] targetWeights,
        int[] labelPositions,
        int[] labels,
        boolean[] listwise,
        int groupSize,
        int[] labelTokens) {}
