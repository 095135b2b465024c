package rerank.model.generation;

/**
 * What a model wrote after a prompt.
 *
 * @param tokenIds generated ids, the end token or stop token not included
 * @param logProbs natural-log probability of each generated token under the model (temperature 1, no nucleus)
 * @param finish why it ended
 * @param scored natural-log probabilities of the tokens asked for in {@link Scoring} after the completion and the
 *     forced suffix; empty when no scoring was asked for
 */
public record Completion(int[] tokenIds, float[] logProbs, Finish finish, float[] scored) {
    /** Why a completion ended. */
    public enum Finish {
        /** An end or stop token, or a stop string. */
        STOP,
        /** The bound on new tokens. */
        LENGTH
    }

    /**
     * What to read after each completion: the suffix is forced, then the log-probabilities of some tokens at the next
     * position are taken.
     *
     * @param suffix token ids forced after the completion; may be empty
     * @param tokens whose log-probabilities (full-vocabulary softmax) are returned, in this order
     */
    public record Scoring(int[] suffix, int[] tokens) {}
}
