package rerank.trainer.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateTest {
    private static final LearningRate RATE = new LearningRate(1e-3, 10, 0.1);

    @Test
    void risesInEqualSteps() {
        assertThat(RATE.at(0, 0)).isCloseTo(1e-4, within(1e-9));
        assertThat(RATE.at(4, 0)).isCloseTo(5e-4, within(1e-9));
        assertThat(RATE.at(10, 0)).isCloseTo(1e-3, within(1e-9));
    }

    @Test
    void fallsAlongACosineToItsShareOfThePeak() {
        assertThat(RATE.at(100, 0.5)).isCloseTo(5.5e-4, within(1e-9));
        assertThat(RATE.at(100, 1)).isCloseTo(1e-4, within(1e-9));
        assertThat(RATE.at(100, 1.2)).isCloseTo(1e-4, within(1e-9));
    }

    @Test
    void aPeakOfZeroIsRefused() {
        assertThatThrownBy(() -> new LearningRate(0, 1, 0.5)).hasMessageContaining("peak 0.0");
    }
}
