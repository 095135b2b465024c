package rerank.trainer.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PropensityEstimatorTest {
    private static final int DEPTH = 8;
    private static final double[] CLICK = {0.1, 0.4, 0.8};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void recoversPositionBiasFromSwapsAndClicks(long seed) {
        Propensities found = PropensityEstimator.DEFAULT.estimate(clicks(6000, 1, 0.3, seed), seed);

        for (int k = 1; k <= DEPTH; k++) {
            assertThat(found.of(k)).as("position %d", k).isCloseTo(1.0 / k, within(0.06));
        }
    }

    /** With this many swaps the result follows them where the click model is led astray. */
    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void theTruthLiesInTheIntervals(long seed) {
        Propensities found = PropensityEstimator.DEFAULT.estimate(clicks(12_000, 1, 1, seed), seed);

        int inside = 0;
        for (int k = 2; k <= DEPTH; k++) {
            Propensities.Position position = found.positions().get(k - 1);
            inside += 1.0 / k >= position.low() - 0.04 && 1.0 / k <= position.high() + 0.04 ? 1 : 0;
        }
        assertThat(inside).isGreaterThanOrEqualTo(6);
    }

    /** What clicks at each position say without a correction is the bias times the relevance, which falls too. */
    @Test
    void theNaiveEstimateIsFarOff() {
        ClickLog log = clicks(6000, 1, 0, 1);

        double naive = rate(log, 5) / rate(log, 1);
        double found = PropensityEstimator.DEFAULT.estimate(log, 1).of(5);

        assertThat(naive).isLessThan(0.6 / 5);
        assertThat(found).isCloseTo(1 / 5.0, within(0.06));
    }

    @Test
    void usersWithoutBiasGetNoCorrection() {
        Propensities found = PropensityEstimator.DEFAULT.estimate(clicks(6000, 0, 0.3, 1), 1);

        assertThat(found.of(DEPTH)).isGreaterThan(0.8);
    }

    @Test
    void fewQueriesLeaveTheWeightsNearOneAndTheIntervalsWide() {
        Propensities found = PropensityEstimator.DEFAULT.estimate(clicks(40, 1, 0, 1), 1);

        assertThat(found.of(4)).isGreaterThan(0.25);
        Propensities.Position fourth = found.positions().get(3);
        assertThat(fourth.high() - fourth.low()).isGreaterThan(0.3);
    }

    @Test
    void nothingShownMeansNoCorrection() {
        assertThat(PropensityEstimator.DEFAULT.estimate(List.of(), ClickWeights.DEFAULT, 1))
                .isEqualTo(Propensities.NONE);
    }

    @Test
    void theCurveNeverRises() {
        double[] curve = PropensityEstimator.curve(new double[] {-0.5, 0.3, -0.2}, new long[] {10, 10, 10, 10});

        assertThat(curve[0]).isEqualTo(1);
        for (int k = 1; k < curve.length; k++) {
            assertThat(curve[k]).isLessThanOrEqualTo(curve[k - 1]);
        }
        assertThat(curve[1]).isCloseTo(Math.exp(-0.35), within(1e-9));
    }

    @Test
    void theTableNamesEveryPosition() {
        Propensities found = PropensityEstimator.DEFAULT.estimate(clicks(500, 1, 0.5, 1), 1);

        assertThat(found.table().lines()).hasSize(DEPTH + 1);
        assertThat(found.table()).contains("propensity", "95 % interval", "1.000");
    }

    /** Lists sorted by a noisy score; clicks by position bias 1 / k^eta and by grade. */
    static ClickLog clicks(int queries, double eta, double exploredShare, long seed) {
        var random = new SplittableRandom(seed);
        List<ClickLog.Shown> lists = new ArrayList<>();
        for (int q = 0; q < queries; q++) {
            List<double[]> documents = new ArrayList<>();
            for (int d = 0; d < DEPTH; d++) {
                int grade = random.nextInt(3);
                documents.add(new double[] {grade, Math.min(1, Math.max(0, grade / 2.0 + 0.35 * random.nextGaussian()))});
            }
            documents.sort(Comparator.comparingDouble(d -> -d[1]));
            int explored = 0;
            if (random.nextDouble() < exploredShare) {
                explored = 1 + random.nextInt(DEPTH - 1);
                if (random.nextBoolean()) {
                    java.util.Collections.swap(documents, explored - 1, explored);
                }
            }
            boolean[] clicked = new boolean[DEPTH];
            double[] scores = new double[DEPTH];
            for (int k = 0; k < DEPTH; k++) {
                double examined = Math.pow(k + 1, -eta);
                clicked[k] = random.nextDouble() < examined * CLICK[(int) documents.get(k)[0]];
                scores[k] = documents.get(k)[1];
            }
            lists.add(new ClickLog.Shown(clicked, scores, explored));
        }
        return new ClickLog(lists);
    }

    private static double rate(ClickLog log, int position) {
        return log.lists().stream()
                .mapToInt(list -> list.clicked()[position - 1] ? 1 : 0)
                .average()
                .orElseThrow();
    }
}
