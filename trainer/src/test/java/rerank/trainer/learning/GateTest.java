package rerank.trainer.learning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.trainer.learning.Gate.Verdict;

class GateTest {
    private static final int QUERIES = 200;
    private static final double[] NO_CLICKS = {};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aBetterCandidatePasses(long seed) {
        assertThat(decide(0.02, seed, NO_CLICKS).passes()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aWorseCandidateIsRefusedByTheGoldenSetWhateverClicksSay(long seed) {
        double[] praise = new double[100];
        Arrays.fill(praise, 0.5);

        Verdict verdict = decide(-0.02, seed, praise);

        assertThat(verdict.passes()).isFalse();
        assertThat(verdict.reason()).startsWith("refused: golden nDCG@10");
    }

    /** Of candidates that are worse by as much as a cycle of sabotage makes them, few get through, and none twice. */
    @Test
    void smallLossesDoNotAddUp() {
        double lost = 0;
        double lowest = 0;
        for (int cycle = 0; cycle < 60; cycle++) {
            double before = lost;
            GoldenSet.Figures start = figures(0, 77, 0);
            GoldenSet.Figures active = figures(before, 77, 0.0);
            GoldenSet.Figures candidate = figures(before - 0.006, 77, 1000 + cycle);
            if (gate().decide(new Gate.Evidence(start, active, candidate, NO_CLICKS)).passes()) {
                lost = before - 0.006;
            }
            lowest = Math.min(lowest, lost);
        }
        assertThat(lowest).isGreaterThan(-0.0121);
    }

    @Test
    void fewerClicksOffPolicyRefuse() {
        double[] fewer = new double[200];
        var random = new SplittableRandom(1);
        for (int i = 0; i < fewer.length; i++) {
            fewer[i] = -0.15 + 0.2 * random.nextGaussian();
        }

        Verdict verdict = decide(0.03, 1, fewer);

        assertThat(verdict.passes()).isFalse();
        assertThat(verdict.reason()).contains("click utility off-policy").doesNotContain("golden");
    }

    @Test
    void worseCalibrationFormatAndFaithfulnessRefuse() {
        double[] ndcg = figures(0, 1, 0).ndcg10();
        var before = new GoldenSet.Figures(ndcg, 0.05, 16, 1, 0.6);
        var after = new GoldenSet.Figures(ndcg, 0.12, 16, 0.5, 0.3);

        Verdict verdict = gate().decide(new Gate.Evidence(before, before, after, NO_CLICKS));

        assertThat(verdict.checks())
                .filteredOn(check -> !check.passes())
                .extracting(Gate.Check::name)
                .containsExactly("calibration", "format", "faithfulness");
        assertThat(verdict.figures()).containsEntry("ece", 0.12).containsEntry("faithfulness", 0.3);
    }

    private static Gate gate() {
        return new Gate(Gate.Limits.DEFAULT, 3);
    }

    private static Verdict decide(double difference, long seed, double[] offPolicy) {
        GoldenSet.Figures start = figures(0, seed, 0);
        return gate().decide(new Gate.Evidence(start, start, figures(difference, seed, seed + 100), offPolicy));
    }

    /** Per-query values; the noise of a candidate has the deviation that rerankings of the same queries have. */
    private static GoldenSet.Figures figures(double shift, long queries, double noiseSeed) {
        var random = new SplittableRandom(queries);
        var noise = new SplittableRandom((long) noiseSeed);
        double[] ndcg = new double[QUERIES];
        for (int i = 0; i < QUERIES; i++) {
            ndcg[i] = 0.5 + 0.3 * random.nextDouble() + shift + (noiseSeed == 0 ? 0 : 0.08 * noise.nextGaussian());
        }
        return new GoldenSet.Figures(ndcg, 0.05, 0, 1, Double.NaN);
    }
}
