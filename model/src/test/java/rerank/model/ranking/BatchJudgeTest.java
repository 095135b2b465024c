package rerank.model.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchJudgeTest {
    private final List<List<String>> batches = new ArrayList<>();
    private final Doubting judge = new Doubting(3);

    @Test
    void judgesAtMostSoManyInACallInTheOrderTheyWereStarted() {
        List<Judgment> judgments = judge.judge(pairs("a", "b", "c", "d", "e", "f", "g"));

        assertThat(judgments)
                .extracting(judgment -> ((Judgment.Judged) judgment).explanation())
                .containsExactly("a", "b", "c", "d", "e", "f", "g");
        assertThat(batches).containsExactly(List.of("a", "b", "c"), List.of("d", "e", "f"), List.of("g"));
        assertThat(judge.statistics()).isEqualTo(StepStatistics.of(3, 7, 7, 0));
        assertThat(judge.statistics().occupancy()).isEqualTo(7 / 3.0);
    }

    @Test
    void leavesUnjudgedWhatItThrowsForAloneAndJudgesTheOthers() {
        List<Judgment> judgments = judge.judge(pairs("a", "poison", "c"));

        assertThat(judgments.get(0)).isInstanceOf(Judgment.Judged.class);
        assertThat(judgments.get(1)).isEqualTo(new Judgment.Unjudged("the model failed on it: poisoned"));
        assertThat(judgments.get(2)).isInstanceOf(Judgment.Judged.class);
    }

    @Test
    void aWrongNumberOfJudgmentsIsAFailure() {
        assertThat(judge.judge(pairs("short")))
                .containsExactly(
                        new Judgment.Unjudged("the model failed on it: the model gave 0 judgments for 1 pairs"));
    }

    @Test
    void forgetsWhatIsCancelledAndThenHasRoomAgain() {
        List<PairJudge.Judging> all =
                pairs("a", "b", "c").stream().map(judge::prepare).toList();
        all.forEach(judge::start);
        assertThat(judge.hasRoom()).isFalse();

        judge.cancel(all.get(1));

        assertThat(judge.hasRoom()).isTrue();
        assertThat(judge.step()).containsExactly(all.get(0), all.get(2));
        assertThatIllegalStateException()
                .isThrownBy(() -> all.get(1).judgment())
                .withMessage("it is not judged yet");
        assertThat(judge.step()).isEmpty();
    }

    @Test
    void needsABoundOfAtLeastOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Doubting(0))
                .withMessage("maxPairs must be at least 1, was 0");
    }

    private static List<Pair> pairs(String... docIds) {
        return IntStream.range(0, docIds.length)
                .mapToObj(i -> new Pair(
                        new Query("q", "which lamp"),
                        new Candidate(docIds[i], "", "", 0, i + 1),
                        Pair.Task.LABEL,
                        null))
                .toList();
    }

    /** Explains every document by its id, and fails on some. */
    private final class Doubting extends BatchJudge {
        Doubting(int maxPairs) {
            super(maxPairs);
        }

        @Override
        protected List<Judgment> judgeTogether(List<Pair> pairs) {
            List<String> docIds =
                    pairs.stream().map(pair -> pair.candidate().docId()).toList();
            batches.add(docIds);
            if (docIds.contains("poison")) {
                throw new IllegalStateException("poisoned");
            }
            return docIds.contains("short")
                    ? List.of()
                    : docIds.stream()
                            .<Judgment>map(id -> new Judgment.Judged(new LabelDistribution(1, 0, 0), id))
                            .toList();
        }

        @Override
        public Identity identity() {
            return new Identity("doubting", "none", Mode.LABEL, Map.of());
        }

        @Override
        public void close() {}
    }
}
