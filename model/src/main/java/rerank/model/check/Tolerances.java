package rerank.model.check;

import rerank.model.transformer.Precision;

/**
 * How far from the reference's float32 numbers we accept to be.
 *
 * @param logit of one logit or hidden value
 * @param logProb of one log-probability
 * @param probability of a probability made of two logits
 * @param rowRms root mean square over the logits of one position
 * @param greedyLead greedy tokens must agree while the best one leads by more than this
 */
record Tolerances(double logit, double logProb, double probability, double rowRms, double greedyLead) {
    /**
     * In float32, kernels differ by 2e-5 at most on the models these limits were measured on, while the smallest
     * mistake in the arithmetic moves a logit by 3e-3. bfloat16 has eight bits of mantissa; single logits move far.
     */
    static Tolerances of(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> new Tolerances(1e-4, 1e-4, 1e-5, 1e-4, 0);
            case BFLOAT16 -> new Tolerances(1, 1, 0.1, 0.1, 0.3);
            case INT8 -> new Tolerances(3, 3, 0.3, 0.1, 1.5);
        };
    }
}
