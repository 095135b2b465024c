package rerank.trainer.distillation;

import rerank.model.prompt.EncodedPrompt;

/**
 * One sequence to learn from.
 *
 * @param sequence token ids and token types, the answer included
 * @param targetWeights weight of predicting token t + 1 from position t; 0 where that is not trained
 * @param labelPosition position whose logits predict the label; -1 for none
 * @param label 0 to 2; ignored without a label position
 * @param listwise the row takes part in its group's listwise loss
 */
public record TrainingRow(
        EncodedPrompt sequence, float[] targetWeights, int labelPosition, int label, boolean listwise) {
    public TrainingRow {
        if (targetWeights.length != sequence.tokenIds().length) {
            throw new IllegalArgumentException(
                    sequence.tokenIds().length + " tokens but " + targetWeights.length + " target weights");
        }
    }

    /** A row of weighted next-token prediction, without a label. */
    public static TrainingRow weighted(EncodedPrompt sequence, float[] targetWeights) {
        return new TrainingRow(sequence, targetWeights, -1, 0, false);
    }

    /** Weight 1 where there is a target. */
    static float[] weights(boolean[] targets) {
        float[] weights = new float[targets.length];
        for (int t = 0; t < targets.length; t++) {
            weights[t] = targets[t] ? 1 : 0;
        }
        return weights;
    }

    /** A row of plain next-token prediction: every token from {@code from} on is a target, the one at {@code from} included. */
    static TrainingRow nextTokens(int[] tokenIds, int from) {
        float[] weights = new float[tokenIds.length];
        for (int t = Math.max(0, from - 1); t + 1 < tokenIds.length; t++) {
            weights[t] = 1;
        }
        return weighted(new EncodedPrompt(tokenIds, new int[tokenIds.length]), weights);
    }
}
