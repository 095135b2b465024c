package rerank.model.encoder;

/**
 * A forward pass over one pair laid open, for comparison with another implementation.
 *
 * @param logits float[labels]
 * @param hidden the last hidden states, float[T][C]
 * @param norms L2 norms, float[T][layers + 1]: of the embeddings and of the output of each block; ModernBERT's last one
 *     before its final norm
 */
public record EncoderTrace(float[] logits, float[][] hidden, float[][] norms) {}
