package rerank.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScoreDistributionTest {
    @Test
    void countsWhatIsPolarisedAndWhatTiesWithinAQuery() {
        ScoreDistribution scores =
                ScoreDistribution.of(List.of(new double[] {0.5, 0.01, 0.5, 0.96}, new double[] {0.01, 1, 0.05, 0.95}));

        assertThat(scores.scores()).isEqualTo(8);
        assertThat(scores.polarised()).isEqualTo(4.0 / 8);
        assertThat(scores.tied()).as("0.01 ties across queries only").isEqualTo(2.0 / 8);
        assertThat(scores.mean()).isCloseTo(3.98 / 8, within(1e-12));
    }

    @Test
    void everyScoreIsInOneBin() {
        ScoreDistribution scores = ScoreDistribution.of(List.of(new double[] {0, 0.049, 0.05, 0.5, 1}));

        assertThat(scores.histogram()).hasSize(ScoreDistribution.BINS);
        assertThat(scores.histogram().get(0)).isEqualTo(2);
        assertThat(scores.histogram().get(1)).isEqualTo(1);
        assertThat(scores.histogram().get(10)).isEqualTo(1);
        assertThat(scores.histogram().get(19)).isEqualTo(1);
    }

    @Test
    void nothingIsSpreadOverNothing() {
        assertThat(ScoreDistribution.of(List.of()).tied()).isZero();
    }
}
