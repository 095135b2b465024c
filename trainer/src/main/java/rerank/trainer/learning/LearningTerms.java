package rerank.trainer.learning;

/**
 * What a candidate is trained on; every term can be switched off.
 *
 * @param cap on the weight of a click by its position's propensity, see {@link ListTargets}; 1 takes clicks as they are
 * @param isTruncated whether what lies below the last click and one more is left out
 * @param temperature divisor of scores in the list softmax, above 0. About 0.35 leaves scores as they are where a relevant
 *     document is chosen eight times as often as an irrelevant one; a smaller one would squeeze them together
 * @param margin above 0: the list softmax is over the margins of the logits of label 2 over label 0, times this, and not over
 *     the log-odds of the final scores, of which the first stage added a part
 * @param divergence factor on KL(model || distilled model) of the labels; 0 for none
 * @param grade factor on the loss of explicit grades; 0 for none
 * @param replay share in [0, 1) of the teacher's groups in every step; 0 for none
 * @param explanations how explanations are sampled
 */
public record LearningTerms(
        double cap,
        boolean isTruncated,
        double temperature,
        double margin,
        double divergence,
        double grade,
        double replay,
        Explanations explanations) {
    /**
     * Explanations that are sampled before their label.
     *
     * @param weight factor on their policy gradient; 0 for none
     * @param samples of each pair
     * @param pairs of each step
     * @param kl factor on KL of sampled tokens to the distilled model
     */
    public record Explanations(double weight, int samples, int pairs, double kl) {
        /** No explanation is sampled. */
        public static final Explanations NONE = new Explanations(0, 4, 4, 0.02);

        public Explanations {
            if (!(weight >= 0) || samples < 2 || pairs < 1 || !(kl >= 0)) {
                throw new IllegalArgumentException("explanations: weight " + weight + ", " + samples + " samples of "
                        + pairs + " pairs, KL " + kl + "; expected at least 0, 2, 1 and 0");
            }
        }
    }

    /** Capped at 1.5 and truncated, temperature 0.35, by margins, a little divergence, 30 % replay, no sampling. */
    public static final LearningTerms DEFAULT =
            new LearningTerms(1.5, true, 0.35, 0.35, 0.02, 1, 0.3, Explanations.NONE);

    public LearningTerms {
        if (!(cap >= 1) || !(temperature > 0) || !(margin >= 0) || !(divergence >= 0) || !(grade >= 0)) {
            throw new IllegalArgumentException(
                    "terms: cap " + cap + ", temperature " + temperature + ", margin " + margin
                            + ", divergence " + divergence + ", grade " + grade
                            + "; expected at least 1, above 0, and at least 0");
        }
        if (!(replay >= 0 && replay < 1)) {
            throw new IllegalArgumentException("terms: replay share " + replay + " is not in [0, 1)");
        }
    }

    /** Whether clicks are corrected for positions. */
    public boolean isCorrected() {
        return cap > 1;
    }
}
