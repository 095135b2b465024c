package rerank.model.transformer;

/**
 * A forward pass laid open, for comparison with another implementation. Values at padding mean nothing.
 *
 * @param logits float[B][T][V]
 * @param hidden after the final norm, float[B][T][C]
 * @param norms L2 norms, float[B][T][layers + 1]: of the embeddings, of the output of each block but the last, and of
 *     the hidden state after the final norm
 */
public record Trace(float[][][] logits, float[][][] hidden, float[][][] norms) {}
