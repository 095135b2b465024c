package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;

class RankedResultsTextTest {
    @Test
    void tellsLabeledFromMerelyReadAndFromUnjudged() {
        RankedResults results = RankedResults.newBuilder()
                .setQueryId("q")
                .setStatus(RankingStatus.PARTIAL)
                .setReason("1 candidate not judged before the deadline")
                .setMode("listwise")
                .setRequestedMode("listwise")
                .setModelVersion("tiny-1")
                .setCandidatesReceived(3)
                .setCandidatesJudged(2)
                .setItems(
                        List.of(item(1, true, 2, ""), item(2, true, -1, ""), item(3, false, -1, "not judged in time")))
                .build();

        String text = new RankedResultsText(3).of("which lamp", results);

        assertThat(text.lines())
                .containsExactly(
                        "> which lamp",
                        "  PARTIAL (1 candidate not judged before the deadline), 2 of 3 candidates judged, listwise,"
                                + " tiny-1, 0 ms",
                        "   1. relevant   0.50  d1",
                        "   2. read       0.50  d2",
                        "   3. unjudged   0.50  d3",
                        "                        Not judged in time",
                        "");
    }

    private static RankedItem item(int rank, boolean judged, int label, String reason) {
        return RankedItem.newBuilder()
                .setRank(rank)
                .setFirstStageRank(rank)
                .setFirstStageScore(1.0)
                .setDocId("d" + rank)
                .setScore(0.5)
                .setJudged(judged)
                .setLabel(label)
                .setUnjudgedReason(reason)
                .build();
    }
}
