package rerank.model.prompt;

/**
 * A prompt ready for the transformer.
 *
 * @param tokenIds token ids
 * @param tokenTypes for each token its row in the token-type table (segment x match flag); all 0 for checkpoints
 *     without that table
 */
public record EncodedPrompt(int[] tokenIds, int[] tokenTypes) {
    public EncodedPrompt {
        if (tokenIds.length != tokenTypes.length) {
            throw new IllegalArgumentException(
                    tokenIds.length + " token ids but " + tokenTypes.length + " token types");
        }
    }

    /** This prompt followed by tokens of type 0, for example a completion. */
    public EncodedPrompt plus(int... moreTokenIds) {
        int[] ids = java.util.Arrays.copyOf(tokenIds, tokenIds.length + moreTokenIds.length);
        System.arraycopy(moreTokenIds, 0, ids, tokenIds.length, moreTokenIds.length);
        return new EncodedPrompt(ids, java.util.Arrays.copyOf(tokenTypes, ids.length));
    }
}
