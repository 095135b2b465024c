package rerank.trainer.distillation;

import rerank.model.prompt.EncodedPrompt;

/**
 * One sequence to learn from.
 *
 * @param sequence token ids and token types, the answer included
 * @param targets targets[t] is true where predicting token t + 1 from position t is trained
 * @param labelPosition position whose logits predict the label; -1 for none
 * @param label 0 to 2; ignored without a label position
 * @param listwise the row takes part in its group's listwise loss
 */
public record TrainingRow(EncodedPrompt sequence, boolean[] targets, int labelPosition, int label, boolean listwise) {
    public TrainingRow {
        if (targets.length != sequence.tokenIds().length) {
            throw new IllegalArgumentException(
                    sequence.tokenIds().length + " tokens but " + targets.length + " targets");
        }
    }

    /** A row of plain next-token prediction: every token from {@code from} on is a target, the one at {@code from} included. */
    static TrainingRow nextTokens(int[] tokenIds, int from) {
        boolean[] targets = new boolean[tokenIds.length];
        for (int t = Math.max(0, from - 1); t + 1 < tokenIds.length; t++) {
            targets[t] = true;
        }
        return new TrainingRow(new EncodedPrompt(tokenIds, new int[tokenIds.length]), targets, -1, 0, false);
    }
}
