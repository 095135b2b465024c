package rerank.trainer.refinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AdvantagesTest {
    /** By hand: 1 - (0 + 0.5 + 0.5)/3 = 2/3; 0 - (1 + 0.5 + 0.5)/3 = -2/3; 0.5 - (1 + 0 + 0.5)/3 = 0. */
    @Test
    void anAdvantageIsTheRewardWithoutTheMeanOfTheOthers() {
        double[] advantages = Advantages.leaveOneOut(new double[] {1, 0, 0.5, 0.5});

        assertThat(advantages[0]).isCloseTo(2 / 3.0, within(1e-12));
        assertThat(advantages[1]).isCloseTo(-2 / 3.0, within(1e-12));
        assertThat(advantages[2]).isCloseTo(0, within(1e-12));
        assertThat(advantages[3]).isCloseTo(0, within(1e-12));
    }

    /** RLOO is the difference to the group's mean, G / (G - 1) times; nothing is divided by a deviation. */
    @Test
    void advantagesSumToZeroAndGrowWithTheRewards() {
        double[] rewards = {0.2, 1.4, 0.9};
        double[] tenfold = Arrays.stream(rewards).map(reward -> 10 * reward).toArray();

        double[] advantages = Advantages.leaveOneOut(rewards);

        assertThat(Arrays.stream(advantages).sum()).isCloseTo(0, within(1e-12));
        assertThat(advantages[1]).isCloseTo(1.5 * (1.4 - 2.5 / 3), within(1e-12));
        assertThat(Advantages.leaveOneOut(tenfold)[1]).isCloseTo(10 * advantages[1], within(1e-12));
    }

    @Test
    void oneRewardHasNoOthers() {
        assertThatThrownBy(() -> Advantages.leaveOneOut(new double[] {1})).hasMessageContaining("at least 2");
    }

    /** By hand: r = log(0.5 / 0.25) = log 2, exp(r) - r - 1 = 1 - 0.6931. */
    @Test
    void k3IsZeroForEqualProbabilitiesAndNeverNegative() {
        assertThat(Advantages.k3(Math.log(0.25), Math.log(0.5))).isCloseTo(0.306853, within(1e-6));
        assertThat(Advantages.k3(-1, -1)).isZero();
        assertThat(Advantages.k3(Math.log(0.5), Math.log(0.25))).isPositive();
    }

    @Test
    void theWeightOfATokenIsTheDerivativeOfItsLoss() {
        double policy = -1.3;
        double reference = -0.9;
        double advantage = 0.4;
        double kl = 0.05;
        double h = 1e-6;

        double weight = Advantages.tokenWeight(advantage, kl, policy, reference);

        // The loss of a token as a function of its log-probability: a next-token loss of this weight falls alike.
        double slope =
                (loss(advantage, kl, policy + h, reference) - loss(advantage, kl, policy - h, reference)) / (2 * h);
        assertThat(-weight).isCloseTo(slope, within(1e-6));
    }

    private static double loss(double advantage, double kl, double policy, double reference) {
        return -advantage * policy + kl * Advantages.k3(policy, reference);
    }
}
