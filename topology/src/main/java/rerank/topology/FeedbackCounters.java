package rerank.topology;

import java.util.concurrent.atomic.LongAdder;

/** What came of feedback since the start of the process, for {@link RerankCounters}. Any thread adds and reads. */
public final class FeedbackCounters {
    final LongAdder received = new LongAdder();
    final LongAdder attributed = new LongAdder();
    final LongAdder duplicates = new LongAdder();
    final LongAdder positionsCorrected = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder experiences = new LongAdder();
    final LongAdder windowsOpen = new LongAdder();

    Snapshot snapshot() {
        return new Snapshot(
                received.sum(),
                attributed.sum(),
                duplicates.sum(),
                positionsCorrected.sum(),
                refused.sum(),
                experiences.sum(),
                windowsOpen.sum());
    }

    /**
     * Figures since the start of the process.
     *
     * @param received feedback events read
     * @param attributed those joined with a ranking that was shown
     * @param duplicates repeated ones, ignored
     * @param positionsCorrected those that named another position than the one shown, which was taken
     * @param refused those put to the dead letters
     * @param experiences windows closed and published
     * @param windowsOpen rankings whose feedback is being waited for now
     */
    public record Snapshot(
            long received,
            long attributed,
            long duplicates,
            long positionsCorrected,
            long refused,
            long experiences,
            long windowsOpen) {}
}
