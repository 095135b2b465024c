package rerank.model.prompt;

/**
 * A prompt ready for the transformer.
 *
 * @param tokenIds token ids
 * @param tokenTypes for each token its row in the token-type table (segment x match flag); all 0 for checkpoints
 *     without that table
 * @param instructionTokens how many of the first tokens are the same for other queries, unless their instruction differs
 * @param queryTokens how many of the first tokens are the same for all candidates of the query; at least as many
 */
public record EncodedPrompt(int[] tokenIds, int[] tokenTypes, int instructionTokens, int queryTokens) {
    public EncodedPrompt {
        if (tokenIds.length != tokenTypes.length) {
            throw new IllegalArgumentException(
                    tokenIds.length + " token ids but " + tokenTypes.length + " token types");
        }
        if (instructionTokens < 0 || queryTokens < instructionTokens || queryTokens > tokenIds.length) {
            throw new IllegalArgumentException("of " + tokenIds.length + " tokens, " + instructionTokens
                    + " of the instruction and " + queryTokens + " up to the query's end");
        }
    }

    /** A prompt that shares nothing with others. */
    public EncodedPrompt(int[] tokenIds, int[] tokenTypes) {
        this(tokenIds, tokenTypes, 0, 0);
    }

    /** This prompt followed by the tokens that lead to an answer, if any, the first of them of a type. */
    EncodedPrompt ledBy(int[] lead, int type) {
        EncodedPrompt led = plus(lead);
        if (lead.length > 0) {
            led.tokenTypes[tokenIds.length] = type;
        }
        return led;
    }

    /** This prompt followed by tokens of type 0, for example a completion. */
    public EncodedPrompt plus(int... moreTokenIds) {
        int[] ids = java.util.Arrays.copyOf(tokenIds, tokenIds.length + moreTokenIds.length);
        System.arraycopy(moreTokenIds, 0, ids, tokenIds.length, moreTokenIds.length);
        return new EncodedPrompt(ids, java.util.Arrays.copyOf(tokenTypes, ids.length), instructionTokens, queryTokens);
    }
}
