package rerank.trainer.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * How scores in [0, 1] are spread.
 *
 * @param scores number of them
 * @param mean of all
 * @param polarised share of the scores below 0.05 or above 0.95: of a model that is always sure, all
 * @param tied share of the scores that another candidate of the same query has too: there the first stage decides
 * @param histogram scores in each of {@value #BINS} bins of equal width, 1 in the last
 */
public record ScoreDistribution(long scores, double mean, double polarised, double tied, List<Long> histogram) {
    /** Number of bins, [0, 0.05) to [0.95, 1]. */
    public static final int BINS = 20;

    private static final double LOW = 0.05;
    private static final double HIGH = 0.95;

    public ScoreDistribution {
        histogram = List.copyOf(histogram);
    }

    /**
     * The distribution of the scores of some queries.
     *
     * @param byQuery the scores of each query's candidates, all in [0, 1]
     */
    public static ScoreDistribution of(Collection<double[]> byQuery) {
        List<Long> histogram = new ArrayList<>(Collections.nCopies(BINS, 0L));
        long all = 0;
        long polarised = 0;
        long tied = 0;
        double sum = 0;
        for (double[] scores : byQuery) {
            double[] sorted = scores.clone();
            Arrays.sort(sorted);
            for (int i = 0; i < sorted.length; i++) {
                int bin = Math.max(0, Math.min(BINS - 1, (int) (sorted[i] * BINS)));
                histogram.set(bin, histogram.get(bin) + 1);
                polarised += sorted[i] < LOW || sorted[i] > HIGH ? 1 : 0;
                tied += i > 0 && sorted[i] == sorted[i - 1] || i + 1 < sorted.length && sorted[i] == sorted[i + 1]
                        ? 1
                        : 0;
                sum += sorted[i];
                all++;
            }
        }
        double count = Math.max(1, all);
        return new ScoreDistribution(all, sum / count, polarised / count, tied / count, histogram);
    }
}
