package rerank.trainer.refinement;

import rerank.model.prompt.EncodedPrompt;

/**
 * An answer with its tokens.
 *
 * @param answer as text
 * @param sequence prompt and answer, label included
 * @param from index of the first token of the answer
 * @param to index after the last token that counts: of an explanation that did not end by itself, the label phrase and
 *     the label that were put after it do not
 */
record Rollout(Answer answer, EncodedPrompt sequence, int from, int to) {
    /** Tokens that count. */
    int length() {
        return to - from;
    }

    /** Weights for next-token prediction: the same for each token that counts. */
    float[] weights(double each) {
        float[] weights = new float[sequence.tokenIds().length];
        for (int t = from - 1; t < to - 1; t++) {
            weights[t] = (float) each;
        }
        return weights;
    }
}
