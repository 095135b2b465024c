package rerank.topology.inference;

import rerank.model.ranking.StepStatistics;

/**
 * What an engine did since its start.
 *
 * @param inFlight pairs submitted and not yet settled
 * @param failedPairs pairs in steps of the model that threw
 * @param expiredPairs pairs whose deadline passed before they were judged
 * @param cancelledPairs pairs that nobody waited for any more
 * @param steps what the model did
 */
public record EngineStatistics(
        int inFlight, long failedPairs, long expiredPairs, long cancelledPairs, StepStatistics steps) {
    /** Of no engine. */
    static final EngineStatistics NONE = new EngineStatistics(0, 0, 0, 0, StepStatistics.of(0, 0, 0, 0));

    /** What stays of them when the engine is closed: nothing is in flight and its memory is given back. */
    EngineStatistics closed() {
        return new EngineStatistics(0, failedPairs, expiredPairs, cancelledPairs, steps.ended());
    }

    /** The sum of two engines' figures. */
    EngineStatistics plus(EngineStatistics other) {
        return new EngineStatistics(
                inFlight + other.inFlight,
                failedPairs + other.failedPairs,
                expiredPairs + other.expiredPairs,
                cancelledPairs + other.cancelledPairs,
                steps.plus(other.steps));
    }
}
