package rerank.trainer.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListTargetsTest {
    private static final Propensities HYPERBOLIC = new Propensities(List.of(position(1), position(2), position(3), position(4)));

    @Test
    void endsOneBelowTheLastClickAndWeighsByPropensityUpToTheCap() {
        ListTargets targets = ListTargets.of(new double[] {0, 1, 0.5, 0, 0, 0}, HYPERBOLIC, 2.5, true);

        assertThat(targets.weights()).containsExactly(new double[] {0, 2, 1.25, 0}, within(1e-12));
    }

    @Test
    void aCapOfOneTakesClicksAsTheyAreAndAllOfTheListWithoutTruncation() {
        ListTargets targets = ListTargets.of(new double[] {0, 1, 0, 0, 0}, HYPERBOLIC, 1, false);

        assertThat(targets.weights()).containsExactly(new double[] {0, 1, 0, 0, 0}, within(1e-12));
    }

    @Test
    void whatIsBelowTheLastKnownPositionCountsAsThat() {
        ListTargets targets = ListTargets.of(new double[] {0, 0, 0, 0, 0, 1}, HYPERBOLIC, 10, true);

        assertThat(targets.weights()[5]).isCloseTo(4, within(1e-12));
    }

    @Test
    void withoutAClickOrWithOneDocumentThereIsNothingToLearn() {
        assertThat(ListTargets.of(new double[] {0, 0, 0}, HYPERBOLIC, 2, true).isEmpty())
                .isTrue();
        assertThat(ListTargets.of(new double[] {1}, HYPERBOLIC, 2, true).isEmpty()).isTrue();
    }

    @Test
    void lambdasAreTheNegativeGradientOfTheLossAndSumToZero() {
        var targets = new ListTargets(new double[] {1, 0, 2.5, 0});
        double[] scores = {0.3, 0.8, 0.1, 0.5};

        double[] lambdas = targets.lambdas(scores, 0.35);

        for (int i = 0; i < scores.length; i++) {
            double h = 1e-6;
            double[] above = scores.clone();
            above[i] += h;
            double[] below = scores.clone();
            below[i] -= h;
            double slope = (targets.loss(above, 0.35) - targets.loss(below, 0.35)) / (2 * h);
            assertThat(lambdas[i]).isCloseTo(-slope, within(1e-5));
        }
        assertThat(Arrays.stream(lambdas).sum()).isCloseTo(0, within(1e-12));
    }

    private static Propensities.Position position(int k) {
        return new Propensities.Position(1.0 / k, 1.0 / k, 1.0 / k, 100, Double.NaN, Double.NaN);
    }
}
