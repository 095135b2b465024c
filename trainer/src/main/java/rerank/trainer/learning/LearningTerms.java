package rerank.trainer.learning;

/**
 * What a candidate is trained on; every term can be switched off.
 *
 * @param cap on the weight of a click by its position's propensity, see {@link ListTargets}; 1 takes clicks as they are
 * @param isTruncated whether what lies below the last click and one more is left out
 * @param temperature divisor of scores in the list softmax, above 0
 * @param divergence factor on KL(model || distilled model) of the labels; 0 for none
 * @param grade factor on the loss of explicit grades; 0 for none
 * @param replay share in [0, 1) of the teacher's groups in every step; 0 for none
 * @param explanations factor on the policy gradient of sampled explanations; 0 for none
 */
public record LearningTerms(
        double cap,
        boolean isTruncated,
        double temperature,
        double divergence,
        double grade,
        double replay,
        double explanations) {
    /** Capped at 2.5 and truncated, temperature 0.1, a little divergence, 30 % replay, no sampling. */
    public static final LearningTerms DEFAULT = new LearningTerms(2.5, true, 0.1, 0.02, 1, 0.3, 0);

    public LearningTerms {
        if (!(cap >= 1) || !(temperature > 0) || !(divergence >= 0) || !(grade >= 0) || !(explanations >= 0)) {
            throw new IllegalArgumentException("terms: cap " + cap + ", temperature " + temperature + ", divergence "
                    + divergence + ", grade " + grade + ", explanations " + explanations
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
