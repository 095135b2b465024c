package rerank.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values worked by hand; discounts are 1, 0.63093, 0.5, 0.43068, 0.38685 for ranks 1 to 5. */
class MeasureTest {
    private static final Map<String, Integer> GRADES = Map.of("a", 2, "b", 1, "c", 1, "judged-bad", 0);

    @Test
    void ndcgHasLinearGainAndTheIdealOfAllJudged() {
        // Found: a (2) at rank 2, b (1) at rank 4: 2 * 0.63093 + 0.43068 = 1.69254. Ideal 2 + 0.63093 + 0.5 = 3.13093.
        double ndcg = new Ndcg(10).of(List.of("x", "a", "judged-bad", "b"), GRADES);

        assertThat(ndcg).isCloseTo(1.69254 / 3.13093, within(1e-5));
    }

    @Test
    void ndcgCutsTheIdealToo() {
        assertThat(new Ndcg(1).of(List.of("b", "a"), GRADES)).isCloseTo(0.5, within(1e-12));
        assertThat(new Ndcg(2).of(List.of("a", "c", "x"), GRADES)).isCloseTo(1.0, within(1e-12));
    }

    @Test
    void negativeGradesGainNothing() {
        assertThat(new Ndcg(10).of(List.of("spam", "good"), Map.of("spam", -2, "good", 1)))
                .isCloseTo(0.63093, within(1e-5));
    }

    @Test
    void reciprocalRankIsThatOfTheFirstRelevantWithinTheCutoff() {
        List<String> ranking = List.of("x", "judged-bad", "c", "a");

        assertThat(new ReciprocalRank(10).of(ranking, GRADES)).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(new ReciprocalRank(2).of(ranking, GRADES)).isZero();
    }

    @Test
    void averagePrecisionCountsWhatWasNotRetrieved() {
        // Relevant at ranks 1 and 3 of three relevant: (1/1 + 2/3 + 0) / 3.
        assertThat(new AveragePrecision().of(List.of("b", "x", "a"), GRADES))
                .isCloseTo((1 + 2.0 / 3) / 3, within(1e-12));
    }

    @Test
    void recallIsTheShareOfTheRelevantAmongTheFirst() {
        List<String> ranking = List.of("a", "x", "c", "b");

        assertThat(new Recall(2).of(ranking, GRADES)).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(new Recall(10).of(ranking, GRADES)).isEqualTo(1);
    }

    @Test
    void anEmptyRankingIsWorthNothing() {
        assertThat(Measure.STANDARD)
                .allSatisfy(measure -> assertThat(measure.of(List.of(), GRADES)).isZero());
    }

    @Test
    void cutoffsBelowOneAreRefused() {
        assertThatThrownBy(() -> new Ndcg(0)).hasMessageContaining("at least 1, was 0");
    }
}
