package rerank.topology.worker;

/**
 * How the model of a worker computes, as the configuration says it; the model knows what the words mean.
 *
 * @param devices {@code auto}, or names of devices separated by commas
 * @param precision {@code auto}, or the name of a precision
 * @param stepTokens bound on the tokens of a step; at least 1
 * @param maxSequences bound on the sequences that run at once; at least 1
 * @param cacheMib bound on keys and values, in MiB; 0 for a quarter of the free memory, at most 4 GiB
 */
public record Inference(String devices, String precision, int stepTokens, int maxSequences, int cacheMib) {}
