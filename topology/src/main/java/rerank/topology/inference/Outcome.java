package rerank.topology.inference;

import rerank.model.ranking.Judgment;
import rerank.model.ranking.PairJudge;

/** What came of a pair that was submitted. */
public sealed interface Outcome {
    /**
     * The model answered, usefully or not.
     *
     * @param judgment its answer
     * @param by who answered
     */
    record Answered(Judgment judgment, PairJudge.Identity by) implements Outcome {}

    /**
     * The model failed on this very pair.
     *
     * @param error what it threw
     * @param by who failed
     */
    record Failed(Throwable error, PairJudge.Identity by) implements Outcome {}

    /** The pair's deadline passed before its turn came. */
    record Expired() implements Outcome {}
}
