package rerank.trainer.learning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Estimates propensities from clicks alone: from neighbours whose order was left to chance, chained, and from a
 * {@link PositionClickModel}; each step from a position to the next is their mean weighted by precision, drawn towards "no
 * bias" where the data say little. The result never rises with the position. Intervals are from resampled queries.
 *
 * @param most positions at most; what lies below counts as the last
 * @param leastImpressions a position with fewer counts as the one above
 * @param resamples of the queries
 */
public record PropensityEstimator(int most, int leastImpressions, int resamples) {
    /** Ten positions with at least 30 impressions, 100 resamples. */
    public static final PropensityEstimator DEFAULT = new PropensityEstimator(10, 30, 100);

    /** Deviation of a step of the click model beyond chance, since its assumptions hold roughly only. */
    private static final double MODEL_ERROR = 0.15;

    /** Deviation of the prior, by which a step is 0. */
    private static final double PRIOR_DEVIATION = 0.7;

    public PropensityEstimator {
        if (most < 1 || leastImpressions < 1 || resamples < 2) {
            throw new IllegalArgumentException("propensities: " + most + " positions, " + leastImpressions
                    + " impressions, " + resamples + " resamples; expected at least 1, 1 and 2");
        }
    }

    /** Estimates from logged queries; {@link Propensities#NONE} where there are too few impressions below the first. */
    public Propensities estimate(List<LoggedQuery> queries, ClickWeights weights, long seed) {
        return estimate(ClickLog.of(queries, weights), seed);
    }

    Propensities estimate(ClickLog log, long seed) {
        long[] impressions = log.impressions(most);
        int positions = 0;
        while (positions < most && impressions[positions] >= leastImpressions) {
            positions++;
        }
        if (positions < 2) {
            return Propensities.NONE;
        }
        var model = new PositionClickModel(log, positions);
        int[] once = new int[log.lists().size()];
        Arrays.fill(once, 1);
        double[] fitted = model.fit(once);
        ClickLog.Steps swaps = log.swapSteps(positions, once);
        var random = new SplittableRandom(seed);
        List<int[]> samples = new ArrayList<>();
        List<double[]> fits = new ArrayList<>();
        for (int i = 0; i < resamples; i++) {
            samples.add(resample(once.length, random));
            fits.add(model.fit(samples.get(i)));
        }
        double[] modelVariances = variances(fits);
        double[] chosen = curve(combined(swaps, fitted, modelVariances), impressions);
        double[][] resampled = new double[resamples][];
        for (int i = 0; i < resamples; i++) {
            var own = new ClickLog.Steps(
                    log.swapSteps(positions, samples.get(i)).steps(), swaps.variances());
            resampled[i] = curve(combined(own, fits.get(i), modelVariances), impressions);
        }
        return described(chosen, resampled, impressions, swaps, fitted);
    }

    private static Propensities described(
            double[] chosen, double[][] resampled, long[] impressions, ClickLog.Steps swaps, double[] fitted) {
        List<Propensities.Position> positions = new ArrayList<>();
        double bySwaps = 1;
        double byModel = 1;
        for (int k = 0; k < chosen.length; k++) {
            int at = k;
            double[] values =
                    Arrays.stream(resampled).mapToDouble(c -> c[at]).sorted().toArray();
            if (k > 0) {
                bySwaps *= swaps.variances()[k - 1] < Double.POSITIVE_INFINITY ? Math.exp(swaps.steps()[k - 1]) : Double.NaN;
                byModel *= Math.exp(fitted[k - 1]);
            }
            positions.add(new Propensities.Position(
                    chosen[k],
                    Math.min(chosen[k], values[(int) (0.025 * values.length)]),
                    Math.max(chosen[k], values[(int) (0.975 * (values.length - 1))]),
                    impressions[k],
                    bySwaps,
                    byModel));
        }
        return new Propensities(positions);
    }

    /** Steps weighted by their precision, with the prior's. */
    private static double[] combined(ClickLog.Steps swaps, double[] fitted, double[] modelVariances) {
        double[] steps = new double[fitted.length];
        for (int k = 0; k < steps.length; k++) {
            double bySwaps = 1 / swaps.variances()[k];
            double byModel = 1 / (modelVariances[k] + MODEL_ERROR * MODEL_ERROR);
            double prior = 1 / (PRIOR_DEVIATION * PRIOR_DEVIATION);
            steps[k] = (bySwaps * swaps.steps()[k] + byModel * fitted[k]) / (bySwaps + byModel + prior);
        }
        return steps;
    }

    /** Propensities from steps: the nearest curve, by impressions, that never rises, as a share of the first position's. */
    static double[] curve(double[] steps, long[] impressions) {
        List<double[]> blocks = new ArrayList<>(); // sum of weighted logs, weight, positions
        double log = 0;
        for (int k = 0; k <= steps.length; k++) {
            log += k == 0 ? 0 : steps[k - 1];
            double weight = Math.max(1, impressions[k]);
            blocks.add(new double[] {log * weight, weight, 1});
            while (blocks.size() > 1 && mean(blocks, 1) > mean(blocks, 2)) {
                double[] last = blocks.remove(blocks.size() - 1);
                double[] before = blocks.get(blocks.size() - 1);
                for (int i = 0; i < 3; i++) {
                    before[i] += last[i];
                }
            }
        }
        double[] curve = new double[steps.length + 1];
        int at = 0;
        double first = blocks.get(0)[0] / blocks.get(0)[1];
        for (double[] block : blocks) {
            for (int i = 0; i < block[2]; i++) {
                curve[at++] = Math.max(1e-3, Math.exp(block[0] / block[1] - first));
            }
        }
        return curve;
    }

    private static double mean(List<double[]> blocks, int fromEnd) {
        double[] block = blocks.get(blocks.size() - fromEnd);
        return block[0] / block[1];
    }

    private static double[] variances(List<double[]> fits) {
        double[] variances = new double[fits.get(0).length];
        for (int k = 0; k < variances.length; k++) {
            int at = k;
            double mean = fits.stream().mapToDouble(f -> f[at]).average().orElse(0);
            variances[k] = fits.stream()
                            .mapToDouble(f -> (f[at] - mean) * (f[at] - mean))
                            .sum()
                    / (fits.size() - 1);
        }
        return variances;
    }

    private static int[] resample(int size, SplittableRandom random) {
        int[] times = new int[size];
        for (int i = 0; i < size; i++) {
            times[random.nextInt(size)]++;
        }
        return times;
    }
}
