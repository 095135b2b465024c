package rerank.model.transformer;

/**
 * The shape of a decoder-only transformer: what {@code config.json} says, checked.
 *
 * @param family qwen2, qwen3 or llama (the {@code model_type})
 * @param layers number of blocks
 * @param hiddenSize model width C
 * @param heads attention heads H
 * @param keyValueHeads heads of keys and values; divides heads
 * @param headSize head size D
 * @param feedForwardSize inner width of the gated feed-forward
 * @param vocabularySize rows V of the embedding
 * @param maxPositions longest sequence
 * @param ropeTheta base of the rotary embedding
 * @param ropeScaling Llama 3 frequency scaling, or null
 * @param normEpsilon epsilon of RMS norm
 * @param tiedEmbeddings the output head is the embedding
 * @param attentionBias q, k and v projections have biases
 * @param queryKeyNorm RMS norm on each head of q and k (Qwen3)
 * @param tokenTypes rows of the token-type table ({@code rerank_token_types} in config.json); 0 for none
 */
public record TransformerConfig(
        String family,
        int layers,
        int hiddenSize,
        int heads,
        int keyValueHeads,
        int headSize,
        int feedForwardSize,
        int vocabularySize,
        int maxPositions,
        double ropeTheta,
        @org.jspecify.annotations.Nullable RopeScaling ropeScaling,
        double normEpsilon,
        boolean tiedEmbeddings,
        boolean attentionBias,
        boolean queryKeyNorm,
        int tokenTypes) {
    /** Llama 3's scaling of rotary frequencies ({@code rope_type} "llama3"). */
    public record RopeScaling(
            double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalMaxPositions) {}
}
