package rerank.model.tokenizer;

/**
 * Two texts as one sequence, special tokens around them.
 *
 * @param ids token ids
 * @param types for each token which of the texts it belongs to, as the tokenizer says
 */
public record PairTokens(int[] ids, int[] types) {
    public PairTokens {
        if (ids.length != types.length) {
            throw new IllegalArgumentException(ids.length + " token ids but " + types.length + " token types");
        }
    }

    /** Number of tokens. */
    public int length() {
        return ids.length;
    }
}
