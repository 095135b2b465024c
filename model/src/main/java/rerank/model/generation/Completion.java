package rerank.model.generation;

/**
 * What a model wrote after a prompt.
 *
 * @param tokenIds generated ids, the end token or stop token not included
 * @param logProbs natural-log probability of each generated token under the model (temperature 1, no nucleus); empty where
 *     the scheduler was not asked for them
 * @param finish why it ended
 * @param scored what was read of the tokens asked for after the completion and the forced suffix: logits, or
 *     log-probabilities, as the scheduler's {@link Scheduler.Settings} say; empty when no scoring was asked for
 */
public record Completion(int[] tokenIds, float[] logProbs, Finish finish, float[] scored) {
    /** Why a completion ended. */
    public enum Finish {
        /** An end or stop token, or a stop string. */
        STOP,
        /** The bound on new tokens. */
        LENGTH,
        /** It repeated itself without end. */
        REPETITION
    }

    /**
     * What to read after each completion: the suffix is forced, then some tokens at the next position are scored.
     *
     * @param suffix token ids forced after the completion; may be empty
     * @param tokens which are scored, in this order
     */
    public record Scoring(int[] suffix, int[] tokens) {}
}
