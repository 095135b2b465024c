package rerank.trainer.learning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which positions were clicked, query by query: what propensities are estimated from.
 *
 * @param lists in the order they were shown
 */
record ClickLog(List<Shown> lists) {
    /**
     * One list.
     *
     * @param clicked from the top
     * @param scores final score of each impression
     * @param exploredRank see {@link LoggedQuery}
     */
    record Shown(boolean[] clicked, double[] scores, int exploredRank) {}

    ClickLog {
        lists = List.copyOf(lists);
    }

    static ClickLog of(List<LoggedQuery> queries, ClickWeights weights) {
        List<Shown> lists = new ArrayList<>();
        for (LoggedQuery query : queries) {
            int depth = query.impressions().stream()
                    .mapToInt(Impression::position)
                    .max()
                    .orElse(0);
            if (depth != query.impressions().size()) {
                continue; // a list with holes says nothing of positions
            }
            boolean[] clicked = new boolean[depth];
            double[] scores = new double[depth];
            for (Impression impression : query.impressions()) {
                clicked[impression.position() - 1] = weights.of(impression) > 0;
                scores[impression.position() - 1] = impression.score();
            }
            lists.add(new Shown(clicked, scores, query.exploredRank()));
        }
        return new ClickLog(lists);
    }

    /** Impressions at each of the first positions. */
    long[] impressions(int positions) {
        long[] counts = new long[positions];
        for (Shown list : lists) {
            for (int k = 0; k < Math.min(positions, list.clicked().length); k++) {
                counts[k]++;
            }
        }
        return counts;
    }

    /**
     * Logarithms of p(k + 1) / p(k) from pairs whose order was a fair coin's: both documents were at both places equally
     * often, so the clicks differ by examination alone. Half a click is added to each count.
     *
     * @param times how often each list counts
     */
    Steps swapSteps(int positions, int[] times) {
        double[] above = new double[positions - 1];
        double[] below = new double[positions - 1];
        Arrays.fill(above, 0.5);
        Arrays.fill(below, 0.5);
        boolean[] isExplored = new boolean[positions - 1];
        for (int i = 0; i < lists.size(); i++) {
            Shown list = lists.get(i);
            int k = list.exploredRank();
            if (k >= 1 && k < positions && k < list.clicked().length) {
                above[k - 1] += list.clicked()[k - 1] ? times[i] : 0;
                below[k - 1] += list.clicked()[k] ? times[i] : 0;
                isExplored[k - 1] = true;
            }
        }
        double[] steps = new double[positions - 1];
        double[] variances = new double[positions - 1];
        for (int k = 0; k < steps.length; k++) {
            steps[k] = Math.log(below[k] / above[k]);
            variances[k] = isExplored[k] ? 1 / above[k] + 1 / below[k] : Double.POSITIVE_INFINITY;
        }
        return new Steps(steps, variances);
    }

    /**
     * Differences of neighbouring log-propensities.
     *
     * @param steps from each position to the next
     * @param variances of the steps; infinite where nothing is known
     */
    record Steps(double[] steps, double[] variances) {}
}
