package rerank.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rerank.cli.report.LatencyMillis;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;
import rerank.trainer.dataset.Run.Ranked;

class ComparisonTest {
    private static final Qrels QRELS =
            new Qrels(Map.of("q1", Map.of("good", 2), "q2", Map.of("good", 2), "elsewhere", Map.of("x", 1)));

    @Test
    void setsRankingsBesideTheFirstStage() {
        Comparison comparison = new Comparison(run("bad", "good"), QRELS)
                .add("label", run("good", "bad"), new LatencyMillis(3, 9), 250)
                .add("linear control", run("bad", "good"));

        assertThat(comparison.judgedQueries()).isEqualTo(2);
        assertThat(comparison.firstStage().ndcg10()).isCloseTo(1 / (Math.log(3) / Math.log(2)), within(1e-9));
        assertThat(comparison.quality("label").ndcg10()).isEqualTo(1);
        assertThat(comparison.quality("label").mrr10()).isEqualTo(1);
        assertThat(comparison.others("label")).containsOnlyKeys("linear control");
        assertThat(comparison.others("linear control").get("label").latencyMillis())
                .isEqualTo(new LatencyMillis(3, 9));
        assertThat(comparison.toString().lines().skip(2))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("  first stage").contains("0.6309"),
                        label -> assertThat(label).startsWith("  label").contains("1.0000", "250.0"),
                        control -> assertThat(control).startsWith("  linear control"));
    }

    private static Run run(String... docIds) {
        Map<String, List<Ranked>> rankings = new LinkedHashMap<>();
        for (String query : List.of("q1", "q2")) {
            rankings.put(
                    query,
                    java.util.Arrays.stream(docIds)
                            .map(id -> new Ranked(id, -List.of(docIds).indexOf(id)))
                            .toList());
        }
        return new Run(rankings);
    }
}
