package rerank.trainer.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffPolicyTest {
    private static final OffPolicy ESTIMATE = new OffPolicy(10, ClickWeights.DEFAULT);

    @Test
    void movingTheClickedDocumentUpIsWorthItsDiscount() {
        LoggedQuery query = LoggedQueries.of("q", LoggedQueries.nothing(), LoggedQueries.nothing(), LoggedQueries.click());

        double[] up = ESTIMATE.difference(query.impressions(), new double[] {0.2, 0.1, 0.9}, Propensities.NONE);
        double[] same = ESTIMATE.difference(query.impressions(), new double[] {0.9, 0.5, 0.1}, Propensities.NONE);

        assertThat(up[0]).isCloseTo(1 - 0.5, within(1e-12));
        assertThat(up[1]).isEqualTo(1);
        assertThat(same[0]).isZero();
    }

    @Test
    void aClickFarDownCountsForThoseThatWereNotLookedAtUpToTheCap() {
        LoggedQuery query = LoggedQueries.of("q", LoggedQueries.nothing(), LoggedQueries.click());
        var rarely = new Propensities(List.of(
                new Propensities.Position(1, 1, 1, 9, Double.NaN, Double.NaN),
                new Propensities.Position(0.05, 0.05, 0.05, 9, Double.NaN, Double.NaN)));

        assertThat(ESTIMATE.difference(query.impressions(), new double[] {0, 1}, rarely)[1])
                .isCloseTo(10, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.8, 0.9, 0.95})
    void intervalsHoldTheMeanAndShrinkWithConfidence(double confidence) {
        double[] values = new double[300];
        var random = new SplittableRandom(5);
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.1 + random.nextGaussian();
        }

        Bootstrap found = Bootstrap.paired(values, confidence, 1);

        assertThat(found.low()).isLessThan(found.mean());
        assertThat(found.high()).isGreaterThan(found.mean());
        double z = confidence == 0.8 ? 0.842 : confidence == 0.9 ? 1.282 : 1.645;
        assertThat(found.mean() - found.low()).isCloseTo(z / Math.sqrt(300), within(0.012));
    }
}
