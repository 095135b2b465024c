package rerank.trainer.evaluation;

import java.util.Random;

/**
 * Fisher's paired randomisation test: were the two systems the same, the sign of each query's difference would be a coin
 * toss. Tosses them many times and counts how often the mean difference is at least as far from 0 as the one observed
 * (Smucker, Allan and Carterette, CIKM 2007).
 */
public final class RandomisationTest {
    /** Enough for p-values down to about 0.0001. */
    public static final int DEFAULT_ROUNDS = 20_000;

    private static final double TOLERANCE = 1e-12;

    private RandomisationTest() {}

    /**
     * The two-sided p-value, {@code (hits + 1) / (rounds + 1)}: never 0.
     *
     * @param differences first system minus second, a query each
     * @param rounds number of random sign assignments, at least 1
     * @param seed equal seeds give equal p-values
     */
    public static double pValue(double[] differences, int rounds, long seed) {
        if (rounds < 1) {
            throw new IllegalArgumentException("rounds must be at least 1, was " + rounds);
        }
        double observed = 0;
        for (double difference : differences) {
            observed += difference;
        }
        Random random = new Random(seed);
        int hits = 0;
        for (int round = 0; round < rounds; round++) {
            double sum = 0;
            for (double difference : differences) {
                sum += random.nextBoolean() ? difference : -difference;
            }
            if (Math.abs(sum) >= Math.abs(observed) - TOLERANCE) {
                hits++;
            }
        }
        return (hits + 1.0) / (rounds + 1.0);
    }
}
