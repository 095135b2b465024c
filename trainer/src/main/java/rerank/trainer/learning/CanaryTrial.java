package rerank.trainer.learning;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares a canary with the version beside it by what users did with each: mean click utility of a query, clicks weighted by
 * the capped inverse propensity and the discount of their rank. Which version a query belongs to is a hash of its id, so the
 * two samples differ by the versions alone.
 *
 * @param leastQueries of the canary before anything is decided
 * @param mostQueries of the canary after which the mean decides
 * @param margin loss of click utility, as a share of the active version's, that is let pass
 * @param confidence of each bound, in (0.5, 1)
 * @param cap on inverse propensities
 * @param clicks weights of actions
 */
public record CanaryTrial(
        int leastQueries, int mostQueries, double margin, double confidence, double cap, ClickWeights clicks) {
    /** What is to happen to a canary. */
    public enum Decision {
        /** Too few queries, or nothing that could be told from chance. */
        WAIT,
        /** It is not worse. */
        PROMOTE,
        /** It is worse. */
        ROLL_BACK
    }

    /**
     * A decision with its figures.
     *
     * @param figures by name, for the announcement
     * @param reason for people
     */
    public record Finding(Decision decision, Map<String, Double> figures, String reason) {
        public Finding {
            figures = Map.copyOf(figures);
        }
    }

    public CanaryTrial {
        if (leastQueries < 2 || mostQueries < leastQueries || !(margin >= 0)) {
            throw new IllegalArgumentException("canary: " + leastQueries + " to " + mostQueries
                    + " queries, margin " + margin + "; expected at least 2, not fewer, and at least 0");
        }
    }

    /**
     * Decides.
     *
     * @param canary queries that the canary served
     * @param active queries that the version beside it served in the same time
     */
    public Finding decide(List<LoggedQuery> canary, List<LoggedQuery> active, Propensities propensities, long seed) {
        double[] own = utilities(canary, propensities);
        double[] other = utilities(active, propensities);
        Bootstrap difference = Bootstrap.unpaired(own, other, confidence, seed);
        double before = mean(other);
        double allowed = -margin * before;
        Decision decision = Decision.WAIT;
        if (own.length >= leastQueries && other.length >= leastQueries) {
            boolean isOver = own.length >= mostQueries;
            if (difference.high() < 0 || (isOver && difference.mean() < allowed)) {
                decision = Decision.ROLL_BACK;
            } else if (difference.low() >= allowed || isOver) {
                decision = Decision.PROMOTE;
            }
        }
        String reason = String.format(
                Locale.ROOT,
                "canary: click utility %.4f of %d queries against %.4f of %d, difference %+.4f (%+.4f to %+.4f, allowed"
                        + " %+.4f)",
                mean(own),
                own.length,
                before,
                other.length,
                difference.mean(),
                difference.low(),
                difference.high(),
                allowed);
        return new Finding(
                decision,
                Map.of(
                        "canaryQueries", (double) own.length,
                        "activeQueries", (double) other.length,
                        "canaryClickUtility", mean(own),
                        "activeClickUtility", before,
                        "canaryDifference", difference.mean(),
                        "canaryDifferenceLow", Math.max(-1e9, difference.low()),
                        "canaryDifferenceHigh", Math.min(1e9, difference.high())),
                reason);
    }

    private double[] utilities(List<LoggedQuery> queries, Propensities propensities) {
        return queries.stream()
                .mapToDouble(query -> query.impressions().stream()
                        .mapToDouble(impression -> clicks.of(impression)
                                * propensities.weight(impression.position(), cap)
                                * OffPolicy.discount(impression.position() - 1))
                        .sum())
                .toArray();
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return values.length == 0 ? 0 : sum / values.length;
    }
}
