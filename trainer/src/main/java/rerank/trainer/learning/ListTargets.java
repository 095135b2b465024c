package rerank.trainer.learning;

import java.util.Arrays;

/**
 * The list loss on clicks: {@code L = - sum_d y_d log softmax(s / t)_d} over the examined impressions, with {@code y_d =
 * min(1 / p_d, M) c_d}: listwise softmax with inverse propensities that are capped. Examined are those up to the last click
 * and one more: of what lies below nobody knows whether it was looked at.
 *
 * <p>Capped at 2 to 3 it was the best of those that were tried under noisy users, and no worse than without a correction
 * where there was no bias to correct; without a cap the noise of clicks far down costs more than the bias.
 *
 * @param weights {@code y_d} of the examined impressions, from the top; empty where nothing was clicked or nothing could be
 *     learned from the list
 */
public record ListTargets(double[] weights) {
    /** No impression to learn from. */
    public static final ListTargets NONE = new ListTargets(new double[0]);

    /**
     * Targets of one list.
     *
     * @param clicks weight of each impression as a choice, from the top
     * @param propensities of the positions
     * @param cap M, at least 1; 1 takes clicks as they are
     * @param isTruncated whether impressions below the last click and one more are left out
     */
    public static ListTargets of(double[] clicks, Propensities propensities, double cap, boolean isTruncated) {
        int last = -1;
        for (int i = 0; i < clicks.length; i++) {
            last = clicks[i] > 0 ? i : last;
        }
        int examined = isTruncated ? Math.min(clicks.length, last + 2) : clicks.length;
        if (last < 0 || examined < 2) {
            return NONE;
        }
        double[] weights = new double[examined];
        for (int i = 0; i < examined; i++) {
            weights[i] = clicks[i] * propensities.weight(i + 1, cap);
        }
        return new ListTargets(weights);
    }

    /** Impressions that take part. */
    public int examined() {
        return weights.length;
    }

    /** Whether there is nothing to learn from. */
    public boolean isEmpty() {
        return weights.length == 0;
    }

    /** The sum of the targets. */
    public double total() {
        return Arrays.stream(weights).sum();
    }

    /**
     * The loss in nats.
     *
     * @param scores of the examined impressions
     * @param temperature t, above 0
     */
    public double loss(double[] scores, double temperature) {
        double[] softmax = softmax(scores, temperature);
        double loss = 0;
        for (int i = 0; i < weights.length; i++) {
            loss -= weights[i] == 0 ? 0 : weights[i] * Math.log(softmax[i]);
        }
        return loss;
    }

    /**
     * {@code lambda_d = - dL / ds_d = (y_d - (sum y) softmax(s / t)_d) / t}: what a higher score of each impression is worth.
     * They sum to 0.
     */
    public double[] lambdas(double[] scores, double temperature) {
        double[] softmax = softmax(scores, temperature);
        double[] lambdas = new double[weights.length];
        for (int i = 0; i < weights.length; i++) {
            lambdas[i] = (weights[i] - total() * softmax[i]) / temperature;
        }
        return lambdas;
    }

    private double[] softmax(double[] scores, double temperature) {
        if (scores.length != weights.length) {
            throw new IllegalArgumentException(scores.length + " scores for " + weights.length + " impressions");
        }
        double most = Arrays.stream(scores).max().orElse(0);
        double[] softmax =
                Arrays.stream(scores).map(s -> Math.exp((s - most) / temperature)).toArray();
        double sum = Arrays.stream(softmax).sum();
        return Arrays.stream(softmax).map(e -> e / sum).toArray();
    }
}
