package rerank.topology;

import java.util.concurrent.atomic.LongAdder;

/**
 * What the tasks of a process did since its start. Any thread adds and reads. Work that a crash or a rebalance rolled
 * back counts again when it is repeated.
 */
public final class RerankCounters {
    final LongAdder queriesAccepted = new LongAdder();
    final LongAdder queriesComplete = new LongAdder();
    final LongAdder queriesPartial = new LongAdder();
    final LongAdder queriesInAnotherMode = new LongAdder();
    final LongAdder duplicateQueries = new LongAdder();
    final LongAdder candidatesReceived = new LongAdder();
    final LongAdder duplicateCandidates = new LongAdder();
    final LongAdder pairsJudged = new LongAdder();
    final LongAdder pairsUnjudged = new LongAdder();
    final LongAdder explanationsWritten = new LongAdder();
    final LongAdder lateJudgments = new LongAdder();
    final LongAdder pairsAskedAgain = new LongAdder();
    final LongAdder deadLetters = new LongAdder();
    final FeedbackCounters feedback = new FeedbackCounters();

    /** The figures at this moment. */
    public Snapshot snapshot() {
        return new Snapshot(
                queriesAccepted.sum(),
                queriesComplete.sum(),
                queriesPartial.sum(),
                queriesInAnotherMode.sum(),
                duplicateQueries.sum(),
                candidatesReceived.sum(),
                duplicateCandidates.sum(),
                pairsJudged.sum(),
                pairsUnjudged.sum(),
                explanationsWritten.sum(),
                lateJudgments.sum(),
                pairsAskedAgain.sum(),
                deadLetters.sum(),
                feedback.snapshot());
    }

    /**
     * Figures since the start of the process.
     *
     * @param queriesAccepted queries that will be, or were, answered
     * @param queriesComplete answered with everything that was expected
     * @param queriesPartial answered with something missing
     * @param queriesInAnotherMode accepted in the checkpoint's default mode, for it does not offer the one they asked for
     * @param duplicateQueries repeated queries, ignored
     * @param candidatesReceived different candidates kept
     * @param duplicateCandidates repeated candidates, ignored
     * @param pairsJudged pairs that got a label; in mode listwise, candidates that a window placed
     * @param pairsUnjudged pairs that did not; in mode listwise, candidates whose first window failed
     * @param explanationsWritten explanations of labels already given
     * @param lateJudgments judgments nobody waited for any more
     * @param pairsAskedAgain pairs found pending when a task started, after a crash or a move
     * @param deadLetters records put to the dead letters by the processors; those of the error handlers are not counted
     * @param feedback what came of feedback
     */
    public record Snapshot(
            long queriesAccepted,
            long queriesComplete,
            long queriesPartial,
            long queriesInAnotherMode,
            long duplicateQueries,
            long candidatesReceived,
            long duplicateCandidates,
            long pairsJudged,
            long pairsUnjudged,
            long explanationsWritten,
            long lateJudgments,
            long pairsAskedAgain,
            long deadLetters,
            FeedbackCounters.Snapshot feedback) {
        /** Queries answered, in full or in part. */
        public long queriesAnswered() {
            return queriesComplete + queriesPartial;
        }
    }
}
