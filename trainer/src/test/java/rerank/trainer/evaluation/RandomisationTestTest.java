package rerank.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomisationTestTest {
    @Test
    void allDifferencesOfOneSignHaveTheChanceOfTossingThemAll() {
        // Of 2^5 sign assignments only two are as extreme.
        double p = RandomisationTest.pValue(new double[] {1, 1, 1, 1, 1}, 100_000, 3);

        assertThat(p).isCloseTo(2.0 / 32, within(0.005));
    }

    @Test
    void oppositeDifferencesAreNoEvidence() {
        assertThat(RandomisationTest.pValue(new double[] {1, -1, 2, -2}, 1000, 1))
                .isEqualTo(1);
        assertThat(RandomisationTest.pValue(new double[] {0, 0}, 1000, 1)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void equalSeedsGiveEqualValuesWhateverTheSign(long seed) {
        double[] differences = new Random(seed).doubles(40, -0.4, 0.6).toArray();
        double[] reversed = java.util.Arrays.stream(differences).map(d -> -d).toArray();

        double p = RandomisationTest.pValue(differences, 2000, seed);

        assertThat(RandomisationTest.pValue(differences, 2000, seed)).isEqualTo(p);
        assertThat(RandomisationTest.pValue(reversed, 2000, seed)).isEqualTo(p);
    }
}
