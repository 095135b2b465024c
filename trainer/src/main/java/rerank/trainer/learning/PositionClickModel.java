package rerank.trainer.learning;

import java.util.Arrays;

/**
 * A position-based click model, P(click) = p(position) r(score), fitted by expectation maximisation to clicks alone. The
 * relevance r is that of impressions with about the same score (in bins of equal count), so that documents that were shown
 * once help to tell positions apart; a score of the model is a natural prior here. What it cannot see is relevance that
 * depends on the position beyond the score: trust swaps more.
 */
final class PositionClickModel {
    private static final int BINS = 12;
    private static final int ROUNDS = 60;
    private static final double SMOOTHING = 0.5;

    private final int positions;

    /** Bin of every impression, list by list. */
    private final int[][] bins;

    private final ClickLog log;

    PositionClickModel(ClickLog log, int positions) {
        this.log = log;
        this.positions = positions;
        double[] scores = log.lists().stream()
                .flatMapToDouble(list -> Arrays.stream(list.scores()))
                .sorted()
                .toArray();
        double[] edges = new double[BINS - 1];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = scores.length == 0 ? 0 : scores[(int) ((i + 1L) * scores.length / BINS)];
        }
        this.bins = log.lists().stream()
                .map(list ->
                        Arrays.stream(list.scores()).mapToInt(s -> bin(edges, s)).toArray())
                .toArray(int[][]::new);
    }

    private static int bin(double[] edges, double score) {
        int bin = 0;
        while (bin < edges.length && score >= edges[bin]) {
            bin++;
        }
        return bin;
    }

    /**
     * Logarithms of p(k + 1) / p(k).
     *
     * @param times how often each list counts
     */
    double[] fit(int[] times) {
        double[][] shown = new double[positions][BINS];
        double[][] clicked = new double[positions][BINS];
        for (int i = 0; i < bins.length; i++) {
            boolean[] clicks = log.lists().get(i).clicked();
            for (int k = 0; k < Math.min(positions, clicks.length); k++) {
                shown[k][bins[i][k]] += times[i];
                clicked[k][bins[i][k]] += clicks[k] ? times[i] : 0;
            }
        }
        double[] p = new double[positions];
        double[] r = new double[BINS];
        Arrays.fill(p, 0.5);
        Arrays.fill(r, 0.5);
        for (int round = 0; round < ROUNDS; round++) {
            expectAndMaximise(shown, clicked, p, r);
        }
        double[] steps = new double[positions - 1];
        for (int k = 0; k < steps.length; k++) {
            steps[k] = Math.log(p[k + 1] / p[k]);
        }
        return steps;
    }

    /** P(examined | no click) = p (1 - r) / (1 - p r), P(relevant | no click) = (1 - p) r / (1 - p r). */
    private void expectAndMaximise(double[][] shown, double[][] clicked, double[] p, double[] r) {
        double[] examined = new double[positions];
        double[] all = new double[positions];
        double[] relevant = new double[BINS];
        double[] ofBin = new double[BINS];
        for (int k = 0; k < positions; k++) {
            for (int b = 0; b < BINS; b++) {
                double without = shown[k][b] - clicked[k][b];
                double none = Math.max(1e-9, 1 - p[k] * r[b]);
                examined[k] += clicked[k][b] + without * p[k] * (1 - r[b]) / none;
                relevant[b] += clicked[k][b] + without * (1 - p[k]) * r[b] / none;
                all[k] += shown[k][b];
                ofBin[b] += shown[k][b];
            }
        }
        for (int k = 0; k < positions; k++) {
            p[k] = (examined[k] + SMOOTHING) / (all[k] + 2 * SMOOTHING);
        }
        for (int b = 0; b < BINS; b++) {
            r[b] = (relevant[b] + SMOOTHING) / (ofBin[b] + 2 * SMOOTHING);
        }
    }
}
