package rerank.topology.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import rerank.topology.FeedbackCounters;
import rerank.topology.RerankCounters;

class WorkerSummaryTest {
    @Test
    void saysWhatWasDoneSinceTheLastLine() {
        var before = work(100, 10, new FeedbackCounters.Snapshot(10, 8, 1, 0, 1, 5, 30));
        var now = work(120, 13, new FeedbackCounters.Snapshot(17, 12, 2, 1, 3, 9, 28));

        assertThat(WorkerSummary.of(before, now))
                .isEqualTo("23 queries answered, 3 of them in part; 0 pairs judged, 0 unjudged; 0 dead letters;"
                        + " feedback: 7 received, 4 attributed, 1 duplicates, 1 positions corrected, 2 refused;"
                        + " 4 experiences, 28 windows open");
    }

    @Test
    void saysNothingWhenNothingWasDone() {
        var before = work(1, 1, new FeedbackCounters.Snapshot(0, 0, 0, 0, 0, 0, 2));

        assertThat(WorkerSummary.of(before, before)).isEmpty();
    }

    private static RerankCounters.Snapshot work(long complete, long partial, FeedbackCounters.Snapshot feedback) {
        return new RerankCounters.Snapshot(0, complete, partial, 0, 0, 0, 0, 50, 2, 0, 0, 0, 4, feedback);
    }
}
