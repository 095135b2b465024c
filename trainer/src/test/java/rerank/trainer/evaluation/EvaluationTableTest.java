package rerank.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;

class EvaluationTableTest {
    private static final int QUERIES = 20;

    @Test
    void showsTheMeansAndTheTestedDifferenceToTheFirstLine() {
        EvaluationTable table = new EvaluationTable("ndcg10")
                .add("first stage", EvaluationReport.of(run("bad", "good"), qrels()))
                .add("reranked", EvaluationReport.of(run("good", "bad"), qrels()));

        assertThat(table.text().lines())
                .containsExactly(
                        "                 ndcg10     mrr10       map  recall10  ndcg10 difference",
                        "first stage      0.6309    0.5000    0.5000    1.0000",
                        "reranked         1.0000    1.0000    1.0000    1.0000  +0.3691 (p < 0.001)",
                        "over 20 queries; 1 more have nothing relevant and are left out");
    }

    @Test
    void refusesToCompareOverDifferentQueries() {
        EvaluationTable table =
                new EvaluationTable("ndcg10").add("all", EvaluationReport.of(run("good", "bad"), qrels()));
        EvaluationReport few = EvaluationReport.of(run("good", "bad"), qrels().only(Set.of("q1", "q2")));

        assertThatThrownBy(() -> table.add("few", few))
                .hasMessageContaining("few was evaluated over 2 queries, all over 20");
    }

    private static Run run(String first, String second) {
        Map<String, List<Run.Ranked>> rankings = new LinkedHashMap<>();
        for (int i = 0; i < QUERIES; i++) {
            rankings.put("q" + i, List.of(new Run.Ranked(first, 2), new Run.Ranked(second, 1)));
        }
        return new Run(rankings);
    }

    private static Qrels qrels() {
        Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
        for (int i = 0; i < QUERIES; i++) {
            grades.put("q" + i, Map.of("good", 1));
        }
        grades.put("hopeless", Map.of("bad", 0));
        return new Qrels(grades);
    }
}
