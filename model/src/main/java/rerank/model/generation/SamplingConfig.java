package rerank.model.generation;

/**
 * How completions are sampled from the model.
 *
 * @param maxNewTokens bound on generated tokens, end-of-sequence included; at least 1
 * @param temperature divisor of the logits; 0 selects greedy decoding
 * @param topP nucleus: the smallest set of tokens with at least this probability is sampled from; in (0, 1]
 * @param seed of the sampler; the same seed gives the same completions
 */
public record SamplingConfig(int maxNewTokens, float temperature, float topP, long seed) {
    public SamplingConfig {
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("maxNewTokens must be at least 1, was " + maxNewTokens);
        }
        if (!(temperature >= 0) || Float.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be finite and not negative, was " + temperature);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("topP must be in (0, 1], was " + topP);
        }
    }

    /** Greedy decoding of at most the given number of tokens. */
    public static SamplingConfig greedy(int maxNewTokens) {
        return new SamplingConfig(maxNewTokens, 0, 1, 0);
    }
}
