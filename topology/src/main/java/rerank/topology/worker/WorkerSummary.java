package rerank.topology.worker;

import java.util.Locale;
import rerank.topology.FeedbackCounters;
import rerank.topology.RerankCounters;

/** What a worker did between two moments, in a line for its log. */
final class WorkerSummary {
    private WorkerSummary() {}

    /** The line; empty if nothing was done. */
    static String of(RerankCounters.Snapshot before, RerankCounters.Snapshot now) {
        if (now.equals(before)) {
            return "";
        }
        FeedbackCounters.Snapshot past = before.feedback();
        FeedbackCounters.Snapshot feedback = now.feedback();
        return String.format(
                Locale.ROOT,
                "%d queries answered, %d of them in part; %d pairs judged, %d unjudged; %d dead letters; feedback: %d"
                        + " received, %d attributed, %d duplicates, %d positions corrected, %d refused; %d experiences,"
                        + " %d windows open",
                now.queriesAnswered() - before.queriesAnswered(),
                now.queriesPartial() - before.queriesPartial(),
                now.pairsJudged() - before.pairsJudged(),
                now.pairsUnjudged() - before.pairsUnjudged(),
                now.deadLetters() - before.deadLetters(),
                feedback.received() - past.received(),
                feedback.attributed() - past.attributed(),
                feedback.duplicates() - past.duplicates(),
                feedback.positionsCorrected() - past.positionsCorrected(),
                feedback.refused() - past.refused(),
                feedback.experiences() - past.experiences(),
                feedback.windowsOpen());
    }
}
