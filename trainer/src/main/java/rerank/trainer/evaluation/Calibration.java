package rerank.trainer.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether probabilities can be taken at their word. The probability is that of label 1 or 2; the truth is a grade above 0,
 * documents that nobody judged counting as irrelevant, as in all measures. Where many relevant documents are unjudged, a
 * model that is right looks overconfident.
 *
 * @param pairs that the model labeled
 * @param relevantShare of them: what a model that knows nothing would best say of each
 * @param ece expected calibration error: over {@value #BINS} bins of equal width, the mean of the difference between the
 *     mean probability and the share of relevant pairs, weighted by the pairs of the bin (Naeini et al., AAAI 2015)
 * @param brier mean squared difference between the probability and 1 for relevant, 0 for irrelevant (Brier, 1950)
 * @param brierOfShare what {@code relevantShare} said of every pair would have: a useful model is below
 * @param labelBrier the same over the three labels, in [0, 2]; null where the judgements have one positive grade only
 * @param bins those with pairs, ascending
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Calibration(
        long pairs,
        double relevantShare,
        double ece,
        double brier,
        double brierOfShare,
        @Nullable Double labelBrier,
        List<Bin> bins) {
    /** Number of bins, [0, 0.1) to [0.9, 1]. */
    public static final int BINS = 10;

    /**
     * The pairs whose probability falls in a range.
     *
     * @param from lowest probability of the range
     * @param to highest; it belongs to the next bin, except for 1
     * @param pairs number of them
     * @param meanProbability what the model said
     * @param relevantShare what was true
     */
    public record Bin(double from, double to, long pairs, double meanProbability, double relevantShare) {}

    public Calibration {
        bins = List.copyOf(bins);
    }

    /** Calibration over pairs; all figures are 0 where there are none. */
    public static Calibration of(List<GradedLabels> pairs) {
        long[] count = new long[BINS];
        long[] relevant = new long[BINS];
        double[] probability = new double[BINS];
        double brier = 0;
        double labelBrier = 0;
        for (GradedLabels pair : pairs) {
            int bin = Math.min(BINS - 1, (int) (pair.probability() * BINS));
            count[bin]++;
            relevant[bin] += pair.isRelevant() ? 1 : 0;
            probability[bin] += pair.probability();
            double error = pair.probability() - (pair.isRelevant() ? 1 : 0);
            brier += error * error;
            labelBrier += pair.labelError();
        }
        int all = Math.max(1, pairs.size());
        double share = (double) pairs.stream().filter(GradedLabels::isRelevant).count() / all;
        double ece = 0;
        List<Bin> bins = new ArrayList<>();
        for (int i = 0; i < BINS; i++) {
            if (count[i] > 0) {
                Bin bin = new Bin(
                        (double) i / BINS,
                        (i + 1.0) / BINS,
                        count[i],
                        probability[i] / count[i],
                        (double) relevant[i] / count[i]);
                bins.add(bin);
                ece += Math.abs(bin.meanProbability() - bin.relevantShare()) * count[i] / all;
            }
        }
        boolean isGraded = pairs.stream()
                        .map(GradedLabels::grade)
                        .filter(grade -> grade > 0)
                        .distinct()
                        .count()
                > 1;
        return new Calibration(
                pairs.size(), share, ece, brier / all, share * (1 - share), isGraded ? labelBrier / all : null, bins);
    }
}
