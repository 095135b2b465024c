package rerank.trainer.learning;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A mean difference with the range that resampling leaves (percentile bootstrap).
 *
 * @param mean of the difference
 * @param low lower end of the interval
 * @param high upper end
 * @param count how many values it rests on; of two samples, the smaller
 */
public record Bootstrap(double mean, double low, double high, int count) {
    private static final int ROUNDS = 2000;

    /** Nothing to compare: anything is possible. */
    public static final Bootstrap NOTHING =
            new Bootstrap(0, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 0);

    /**
     * Of paired differences.
     *
     * @param confidence of each end alone, in (0.5, 1): 0.9 leaves one in ten below the lower end
     */
    public static Bootstrap paired(double[] differences, double confidence, long seed) {
        if (differences.length < 2) {
            return NOTHING;
        }
        double[] means = means(differences, new SplittableRandom(seed));
        return of(Arrays.stream(differences).average().orElseThrow(), means, confidence, differences.length);
    }

    /** Of two samples that have nothing to do with each other: mean of the first minus mean of the second. */
    public static Bootstrap unpaired(double[] first, double[] second, double confidence, long seed) {
        if (first.length < 2 || second.length < 2) {
            return NOTHING;
        }
        var random = new SplittableRandom(seed);
        double[] means = means(first, random);
        double[] others = means(second, random);
        for (int i = 0; i < ROUNDS; i++) {
            means[i] -= others[i];
        }
        double mean = Arrays.stream(first).average().orElseThrow()
                - Arrays.stream(second).average().orElseThrow();
        return of(mean, means, confidence, Math.min(first.length, second.length));
    }

    private static Bootstrap of(double mean, double[] means, double confidence, int count) {
        if (!(confidence > 0.5 && confidence < 1)) {
            throw new IllegalArgumentException("confidence " + confidence + " is not in (0.5, 1)");
        }
        Arrays.sort(means);
        int left = (int) Math.floor((1 - confidence) * ROUNDS);
        return new Bootstrap(mean, means[left], means[ROUNDS - 1 - left], count);
    }

    private static double[] means(double[] values, SplittableRandom random) {
        double[] means = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += values[random.nextInt(values.length)];
            }
            means[round] = sum / values.length;
        }
        return means;
    }
}
