package rerank.trainer.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FirstStageWeightsTest {
    @Test
    void takesTheLargestWeightThatIsAsGoodAsTheBest() {
        double[] figures = {0.900, 0.910, 0.912, 0.911, 0.909, 0.907, 0.880, 0.800, 0.700};

        assertThat(FirstStageWeights.largestNearBest(figures)).isEqualTo(0.2);
    }

    @Test
    void leavesTheFirstStageOutWhereItOnlyHarms() {
        double[] figures = new double[FirstStageWeights.CANDIDATES.size()];
        Arrays.setAll(figures, i -> 0.9 - 0.05 * i);

        assertThat(FirstStageWeights.largestNearBest(figures)).isZero();
    }
}
