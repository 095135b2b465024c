package rerank.model.transformer;

/**
 * What is read after the last tokens of a step.
 *
 * @param temperature divisor of the logits where a token is sampled; 0 picks the most probable one
 * @param topP nucleus, in (0, 1]
 * @param logProbs whether the log-probability of each sampled token is wanted, which costs a pass over the vocabulary
 * @param asked token ids whose logits are wanted where a sequence is scored
 * @param normalized whether these are wanted as log-probabilities over the whole vocabulary, which costs the whole output
 *     head; else they are logits, right up to a constant
 */
public record Reading(float temperature, float topP, boolean logProbs, int[] asked, boolean normalized) {
    /** The most probable token, and logits of the tokens asked for. */
    public static Reading greedy(int... asked) {
        return new Reading(0, 1, false, asked, false);
    }

    /** The most probable token with its log-probability, and log-probabilities of the tokens asked for. */
    public static Reading withLogProbs(int... asked) {
        return new Reading(0, 1, true, asked, true);
    }
}
