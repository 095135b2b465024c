package rerank.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import rerank.model.ranking.BatchJudge;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Document;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;

class JudgedSplitTest {
    private static final Dataset DATASET = new Dataset(
            "tiny",
            Map.of("a", document("a"), "b", document("b"), "c", document("c")),
            Map.of("q1", new Query("q1", "one"), "q2", new Query("q2", "two")),
            Map.of(),
            Map.of("dev", new Qrels(Map.of("q1", Map.of("c", 2), "q2", Map.of("b", 1)))),
            new Run(Map.of(
                    "q1", List.of(new Run.Ranked("a", 9), new Run.Ranked("b", 8), new Run.Ranked("c", 1)),
                    "q2", List.of(new Run.Ranked("b", 5), new Run.Ranked("a", 4)))));

    private static Document document(String id) {
        return new Document(id, "title " + id, "text " + id);
    }

    /** Likes documents the more the later their id is in the alphabet. */
    private static final class Alphabet extends BatchJudge {
        private final Function<Pair, Judgment> judgment;
        private final AtomicInteger closed;

        Alphabet(Function<Pair, Judgment> judgment, AtomicInteger closed) {
            super(2);
            this.judgment = judgment;
            this.closed = closed;
        }

        @Override
        protected List<Judgment> judgeTogether(List<Pair> pairs) {
            return pairs.stream().map(judgment).toList();
        }

        @Override
        public Identity identity() {
            return new Identity("alphabet", "none", Mode.LABEL, Map.of());
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    private static Judgment later(Pair pair) {
        double share = 0.2 + 0.3 * (pair.candidate().docId().charAt(0) - 'a');
        return new Judgment.Judged(new LabelDistribution(1 - share, 0, share), "");
    }

    private static JudgedSplit judge(Function<Pair, Judgment> judgment, AtomicInteger closed, int threads) {
        return JudgedSplit.judge(
                () -> new Alphabet(judgment, closed), DATASET, DATASET.queries("dev"), Pair.Task.LABEL, 10, threads);
    }

    @Test
    void ranksByTheModelByTheFirstStageOrBetween() {
        JudgedSplit judged = judge(JudgedSplitTest::later, new AtomicInteger(), 1);

        assertThat(judged.run(0).docIds("q1")).containsExactly("c", "b", "a");
        assertThat(judged.run(1).docIds("q1")).containsExactly("a", "b", "c");
        assertThat(judged.run(0.5).docIds("q1").get(0)).isEqualTo("b");
        assertThat(judged.unjudged()).isZero();
    }

    @Test
    void threadsShareTheQueriesAndCloseTheirJudges() {
        var closed = new AtomicInteger();

        JudgedSplit judged = judge(JudgedSplitTest::later, closed, 3);

        assertThat(judged).isEqualTo(judge(JudgedSplitTest::later, new AtomicInteger(), 1));
        assertThat(closed).hasValue(3);
    }

    @Test
    void whatAJudgeCannotUseIsCounted() {
        JudgedSplit judged = judge(pair -> new Judgment.Unjudged("no"), new AtomicInteger(), 2);

        assertThat(judged.unjudged()).isEqualTo(5);
        assertThat(judged.run(0).docIds("q2")).containsExactly("b", "a");
    }

    @Test
    void aFailingJudgeNamesTheDataSet() {
        assertThatThrownBy(() -> judge(
                        pair -> {
                            throw new StackOverflowError("out of order");
                        },
                        new AtomicInteger(),
                        1))
                .hasMessageContaining("tiny")
                .hasRootCauseMessage("out of order");
    }
}
