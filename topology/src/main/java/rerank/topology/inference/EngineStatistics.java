package rerank.topology.inference;

/**
 * What an engine did since its start.
 *
 * @param inFlight pairs submitted and not yet settled
 * @param batches calls of the model
 * @param pairsInBatches pairs in all those calls
 * @param largestBatch pairs in the largest call
 * @param failedBatches calls that threw and were repeated pair by pair
 * @param failedPairs pairs on which the model threw by themselves
 * @param expiredPairs pairs whose deadline passed before their turn came
 */
public record EngineStatistics(
        int inFlight,
        long batches,
        long pairsInBatches,
        int largestBatch,
        long failedBatches,
        long failedPairs,
        long expiredPairs) {
    /** Pairs per call of the model; 0 before the first. */
    public double meanBatch() {
        return batches == 0 ? 0 : (double) pairsInBatches / batches;
    }
}
