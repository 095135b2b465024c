package rerank.trainer.refinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Numbers worked by hand: four samples scored 3, -1, 5 and 4.6, the teacher's answer 4.5, last. */
class GroupRewardsTest {
    private static final double[] SCORES = {3.0, -1.0, 5.0, 4.6, 4.5};
    private static final Offset<Double> FOUR_DIGITS = within(5e-5);

    @Test
    void scoresAreScaledBetweenTheWorstAndTheBestOfTheirGroup() {
        assertClose(GroupRewards.scaled(SCORES), 0.6667, 0, 1, 0.9333, 0.9167);
    }

    @Test
    void whatIsBelowTheThresholdIsDroppedAndTheRestIsCubed() {
        assertClose(GroupRewards.weights(SCORES, 0.85, 1), 0, 0, 1, 0.8130, 0.7703);
    }

    @Test
    void theBoostComesAfterTheThresholdAndBeforeTheCube() {
        double[] weights = GroupRewards.weights(SCORES, 0.85, 0.5);

        assertClose(weights, 0, 0, Math.pow(0.5, 3), Math.pow(0.46667, 3), Math.pow(0.45833, 3));
        // An eighth of wrong labels leaves two thousandths of the weight.
        assertThat(GroupRewards.weights(SCORES, 0.85, 0.125)[2]).isCloseTo(0.002, within(1e-4));
    }

    @Test
    void aGroupOfEqualScoresTeachesNothing() {
        assertClose(GroupRewards.scaled(new double[] {2, 2, 2}), 1, 1, 1);
        assertClose(GroupRewards.weights(new double[] {2, 2, 2}, 0.85, 1), 0, 0, 0);
    }

    @Test
    void theShareOfWrongLabelsCountsSamplesAlone() {
        assertThat(GroupRewards.wrongShare(new int[] {2, 1, 0, 2}, 2)).isEqualTo(0.5);
        assertThat(GroupRewards.wrongShare(new int[0], 2)).isZero();
    }

    private static void assertClose(double[] found, double... expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).as("%d", i).isCloseTo(expected[i], FOUR_DIGITS);
        }
    }
}
