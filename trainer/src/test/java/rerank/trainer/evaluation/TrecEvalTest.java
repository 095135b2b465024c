package rerank.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;

/**
 * What trec_eval 9 gives for {@code worked.qrels} and {@code worked.run}, worked by hand.
 *
 * <pre>
 * Judged                                 q1: a 2, b 1, d 1 (c 0)    q2: f 1    q3: h 1
 * The run, by score                      q1: x 9; a, c 8; b, y 5; z 1    q2: f 16777217, g 16777216    q4: h 1
 *
 * trec_eval sorts by score as a 32-bit float, ties by document id descending, and does not look at the rank column:
 *   q1: x c a y b z         c before a, and y before b, in the ties of 8 and 5
 *   q2: g f                 as floats the scores are equal, and g is after f in the alphabet
 *   q3: nothing retrieved;  q4 is not judged and left out
 *
 * ndcg_cut_10 (gain = grade, discount log2(rank + 1), ideal over all judged documents)
 *   q1: DCG  = 2/log2(4) + 1/log2(6)             = 1        + 0.386853       = 1.386853   (a third, b fifth)
 *       IDCG = 2/log2(2) + 1/log2(3) + 1/log2(4) = 2        + 0.630930 + 0.5 = 3.130930   (a, then b and d)
 *       1.386853 / 3.130930 = 0.442952
 *   q2: (1/log2(3)) / (1/log2(2)) = 0.630930
 * ndcg_cut_3
 *   q1: 1 / 3.130930 = 0.319394     (b is beyond the third rank, the ideal has three)
 * map
 *   q1: (1/3 + 2/5 + 0) / 3 = 0.244444     (d is not retrieved and counts 0)
 *   q2: (1/2) / 1 = 0.5
 * recip_rank
 *   q1: 1/3;  q2: 1/2
 * recall_1: q1 0, q2 0;   recall_3: q1 1/3, q2 1;   recall_5: q1 2/3, q2 1
 * </pre>
 */
class TrecEvalTest {
    private Run run;
    private Qrels qrels;

    @BeforeEach
    void readFiles() throws URISyntaxException {
        run = Run.read(resource("worked.run"));
        qrels = Qrels.read(resource("worked.qrels"));
    }

    @Test
    void sortsByScoreAsAFloatAndTiesByDocumentIdDescending() {
        assertThat(run.docIds("q1")).containsExactly("x", "c", "a", "y", "b", "z");
        assertThat(run.docIds("q2")).containsExactly("g", "f");
    }

    @ParameterizedTest
    @CsvSource({
        "ndcg10, 0.442952, 0.630930",
        "ndcg3, 0.319394, 0.630930",
        "map, 0.244444, 0.5",
        "mrr10, 0.333333, 0.5",
        "recall1, 0, 0",
        "recall3, 0.333333, 1",
        "recall5, 0.666667, 1"
    })
    void givesTheWorkedFiguresOfEachQuery(String measure, double q1, double q2) {
        EvaluationReport report = report(qrels);

        assertThat(report.perQuery().get("q1").get(measure)).isCloseTo(q1, within(1e-6));
        assertThat(report.perQuery().get("q2").get(measure)).isCloseTo(q2, within(1e-6));
        assertThat(report.perQuery().get("q3").get(measure)).isZero();
        assertThat(report.perQuery()).doesNotContainKey("q4");
    }

    /** {@code trec_eval -c}: (0.244444 + 0.5 + 0) / 3 = 0.248148. */
    @Test
    void aJudgedQueryThatTheRunDoesNotHoldCountsZeroAsWithTheOptionC() {
        assertThat(report(qrels).mean("map")).isCloseTo(0.248148, within(1e-6));
    }

    /** {@code trec_eval} without {@code -c}: (0.244444 + 0.5) / 2 = 0.372222. */
    @Test
    void overTheQueriesOfTheRunAloneItIsTheMeanWithoutThatOption() {
        assertThat(report(qrels.only(run.rankings().keySet())).mean("map")).isCloseTo(0.372222, within(1e-6));
    }

    private EvaluationReport report(Qrels judged) {
        return EvaluationReport.of(
                run,
                judged,
                List.of(
                        new Ndcg(10),
                        new Ndcg(3),
                        new AveragePrecision(),
                        new ReciprocalRank(10),
                        new Recall(1),
                        new Recall(3),
                        new Recall(5)));
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(java.util.Objects.requireNonNull(TrecEvalTest.class.getResource(name), name)
                .toURI());
    }
}
