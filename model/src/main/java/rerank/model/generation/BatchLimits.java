package rerank.model.generation;

/**
 * What bounds the memory and the shape of one native call.
 *
 * @param maxRows sequences decoded together
 * @param maxPrefillTokens tokens, padding included, of the prompts that one call runs; bounds activations
 * @param maxCacheBytes keys and values of the sequences decoded together
 */
public record BatchLimits(int maxRows, int maxPrefillTokens, long maxCacheBytes) {
    /** Suits models from a few million to a few thousand million parameters: 64 rows, 2048 tokens, 1 GiB. */
    public static final BatchLimits DEFAULT = new BatchLimits(64, 2048, 1L << 30);

    public BatchLimits {
        if (maxRows < 1 || maxPrefillTokens < 1 || maxCacheBytes < 1) {
            throw new IllegalArgumentException("batch limits must be positive, were maxRows=" + maxRows
                    + ", maxPrefillTokens=" + maxPrefillTokens + ", maxCacheBytes=" + maxCacheBytes);
        }
    }
}
