package rerank.trainer.refinement;

import java.util.Arrays;

/**
 * How InteRank's second stage turns scores of one pair into weights: scaled to [0, 1] within the group, the teacher's
 * answer included; what is below a threshold dropped; if wanted, boosted by how often the samples' label was wrong; cubed.
 *
 * <p>Where we differ from its released code: a group whose scores are all the same teaches nothing and gets weight 0, not
 * 1.
 */
final class GroupRewards {
    private GroupRewards() {}

    /** {@code (z - min) / (max - min)}; 1 for all where they are the same. */
    static double[] scaled(double[] scores) {
        double min = Arrays.stream(scores).min().orElseThrow();
        double max = Arrays.stream(scores).max().orElseThrow();
        return Arrays.stream(scores)
                .map(score -> max == min ? 1 : (score - min) / (max - min))
                .toArray();
    }

    /**
     * Weights of a group's answers in the loss.
     *
     * @param scores of the samples, then of the teacher's answer
     * @param threshold scaled rewards below it have weight 0
     * @param boost factor on scaled rewards before they are cubed, 1 for none; it enters cubed, so a pair that the model
     *     mostly gets right all but vanishes
     */
    static double[] weights(double[] scores, double threshold, double boost) {
        if (Arrays.stream(scores).distinct().count() == 1) {
            return new double[scores.length];
        }
        return Arrays.stream(scaled(scores))
                .map(reward -> reward < threshold ? 0 : Math.pow(boost * reward, 3))
                .toArray();
    }

    /** The share of samples whose label is not the teacher's: InteRank's m. */
    static double wrongShare(int[] labels, int teachers) {
        return labels.length == 0
                ? 0
                : (double) Arrays.stream(labels)
                                .filter(label -> label != teachers)
                                .count()
                        / labels.length;
    }
}
