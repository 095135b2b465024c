package rerank.model.ranking;

/**
 * How the model's score and the first stage's become one: a weighted mean of their log-odds, {@code logit(final) = (1 - w)
 * logit(model) + w f}, where the first stage's score, scaled to [0, 1] over the candidates, stands for log-odds f from -4 to 4.
 * Where the model is sure, its log-odds are far from 0 and the first stage hardly matters; where it is not, the first stage
 * decides. Interpolated scores, which end at 0 and 1, cannot tell the sure from the very sure.
 *
 * @param weight w, the first stage's share, in [0, 1]: with 0 the final score is the model's
 */
public record FirstStageMix(double weight) {
    /** Log-odds between the first stage's least candidate and its best. */
    private static final double RANGE = 8;

    /** Scores nearer to 0 or 1 than this count as this. */
    private static final double LEAST = 1e-7;

    public FirstStageMix {
        if (!(weight >= 0 && weight <= 1)) {
            throw new IllegalArgumentException("first-stage weight must be in [0, 1], was " + weight);
        }
    }

    /**
     * The final score, in [0, 1].
     *
     * @param judged the model's score, in [0, 1]
     * @param scaled the first stage's score, scaled to [0, 1]
     */
    double score(double judged, double scaled) {
        if (weight == 0) {
            return judged;
        }
        return 1 / (1 + Math.exp(-((1 - weight) * logOdds(judged) + weight * RANGE * (scaled - 0.5))));
    }

    /**
     * What the first stage added to the log-odds of a final score, in [-4 w, 4 w].
     *
     * @param judged the model's score, in [0, 1]
     * @param score the final score
     */
    public double added(double judged, double score) {
        double most = weight * RANGE / 2;
        return Math.max(-most, Math.min(most, logOdds(score) - (1 - weight) * logOdds(judged)));
    }

    /** Log-odds of a score, {@code ln(s / (1 - s))}, at most {@code ln(1e7)}, or 16.1, from 0. */
    public static double logOdds(double score) {
        double within = Math.max(LEAST, Math.min(1 - LEAST, score));
        return Math.log(within / (1 - within));
    }
}
