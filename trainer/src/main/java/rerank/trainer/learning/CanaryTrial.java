package rerank.trainer.learning;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares a canary with the version beside it by what users did with each.
 *
 * <p>Which version a query belongs to is a hash of its id, but some queries have more to click than others, and two samples of a
 * few dozen differ by that more than by the versions. So what decides is a comparison within queries: what the clicks of each query
 * would have been worth in the order of the version that did not serve it ({@link OffPolicy}). That estimate leans to the order
 * that was shown, which on one half of the queries is the canary's and on the other half the other's: the halves count alike, and
 * it cancels out.
 *
 * <p>What the estimate cannot see, a canary that users leave alone, the two samples show: where the canary's click utility (clicks
 * weighted by capped inverse propensity and the discount of their rank) is surely less than half of the other's, it is withdrawn.
 *
 * <p>Where the experience holds no documents, only the two samples are left, and a canary waits for all its queries.
 *
 * @param leastQueries of each of the two before anything is decided
 * @param mostQueries of the canary after which the mean decides
 * @param margin loss that is let pass, in clicks at the top a clicked query
 * @param confidence of each bound, in (0.5, 1)
 * @param cap on inverse propensities
 * @param clicks weights of actions
 */
public record CanaryTrial(
        int leastQueries, int mostQueries, double margin, double confidence, double cap, ClickWeights clicks) {
    /** Of the other's click utility, for a canary to be withdrawn at once. */
    private static final double COLLAPSE = 0.5;

    /**
     * Differences of utility between the order of a version and that of the other, by clicked query that the other served; asked for
     * once there are enough queries.
     */
    public interface Reordered {
        /** The canary's order against the active version's, on what that served. */
        double[] byCanary();

        /** The active version's order against the canary's, on what the canary served. */
        double[] byActive();
    }

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
            throw new IllegalArgumentException("canary: " + leastQueries + " to " + mostQueries + " queries, margin "
                    + margin + "; expected at least 2, not fewer, and at least 0");
        }
    }

    /**
     * Decides.
     *
     * @param canary queries that the canary served
     * @param active queries that the version beside it served in the same time
     * @param reordered the same queries in the other's order
     */
    public Finding decide(
            List<LoggedQuery> canary,
            List<LoggedQuery> active,
            Reordered reordered,
            Propensities propensities,
            long seed) {
        double[] own = utilities(canary, propensities);
        double[] other = utilities(active, propensities);
        Map<String, Double> figures = new TreeMap<>(Map.of(
                "canaryQueries",
                (double) own.length,
                "activeQueries",
                (double) other.length,
                "canaryClickUtility",
                mean(own),
                "activeClickUtility",
                mean(other)));
        String samples = String.format(
                Locale.ROOT,
                "click utility %.4f of %d queries against %.4f of %d",
                mean(own),
                own.length,
                mean(other),
                other.length);
        if (own.length < leastQueries || other.length < leastQueries) {
            return new Finding(Decision.WAIT, figures, "canary: " + samples + ", at least " + leastQueries + " needed");
        }
        boolean isCollapsed = Bootstrap.unpaired(own, other, confidence, seed).high() < -COLLAPSE * mean(other);
        boolean isOver = own.length >= mostQueries;
        String collapse = isCollapsed ? ", which is less than half" : "";
        double[] byCanary = halved(reordered.byCanary());
        double[] byActive = halved(reordered.byActive());
        if (byCanary.length < 2 || byActive.length < 2) {
            String reason = "canary: nothing to compare within queries, the experience holds no clicked documents; "
                    + samples + collapse;
            return new Finding(
                    isCollapsed ? Decision.ROLL_BACK : isOver ? Decision.PROMOTE : Decision.WAIT, figures, reason);
        }
        Bootstrap within = Bootstrap.unpaired(byCanary, byActive, confidence, seed);
        figures.put("canaryDifference", within.mean());
        figures.put("canaryDifferenceLow", Math.max(-1e9, within.low()));
        figures.put("canaryDifferenceHigh", Math.min(1e9, within.high()));
        String reason = String.format(
                Locale.ROOT,
                "canary: within queries %+.4f (%+.4f to %+.4f, allowed %+.4f); %s%s",
                within.mean(),
                within.low(),
                within.high(),
                -margin,
                samples,
                collapse);
        if (isCollapsed || within.high() < 0 || (isOver && within.mean() < -margin)) {
            return new Finding(Decision.ROLL_BACK, figures, reason);
        }
        return new Finding(within.low() >= -margin || isOver ? Decision.PROMOTE : Decision.WAIT, figures, reason);
    }

    /** Each half of the queries has one half of the say. */
    private static double[] halved(double[] differences) {
        return Arrays.stream(differences).map(difference -> difference / 2).toArray();
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
