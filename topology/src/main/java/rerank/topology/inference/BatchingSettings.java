package rerank.topology.inference;

import java.time.Duration;

/**
 * How pairs are gathered into calls of the model.
 *
 * @param maxPairs bound on the pairs of one call; at least 1
 * @param maxWait how long a pair waits at most for others to join its call; not negative
 * @param capacity pairs in flight from which on the engine counts as full; at least 1
 */
public record BatchingSettings(int maxPairs, Duration maxWait, int capacity) {
    public BatchingSettings {
        if (maxPairs < 1) {
            throw new IllegalArgumentException("maxPairs must be at least 1, was " + maxPairs);
        }
        if (maxWait.isNegative()) {
            throw new IllegalArgumentException("maxWait must not be negative, was " + maxWait);
        }
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be at least 1, was " + capacity);
        }
    }
}
