package rerank.model.ranking;

/**
 * Probabilities of the relevance labels of one pair; they sum to 1.
 *
 * @param irrelevant probability of label 0
 * @param partial probability of label 1, partially relevant
 * @param relevant probability of label 2
 */
public record LabelDistribution(double irrelevant, double partial, double relevant) {
    public LabelDistribution {
        double sum = irrelevant + partial + relevant;
        if (!(irrelevant >= 0 && partial >= 0 && relevant >= 0 && Math.abs(sum - 1) < 1e-3)) {
            throw new IllegalArgumentException("label probabilities must be non-negative and sum to 1, were "
                    + irrelevant + ", " + partial + ", " + relevant);
        }
    }

    /**
     * What the logits (or log-probabilities) of labels say: of three, in label order, their softmax; of two, for no and
     * yes, their softmax as irrelevant and relevant; of one its sigmoid as relevant, and the rest as irrelevant.
     *
     * @throws IllegalArgumentException for another number of them, or one that is not a number
     */
    public static LabelDistribution ofLogits(float... logits) {
        return switch (logits.length) {
            case 1 -> softmax(0, Double.NEGATIVE_INFINITY, logits[0]);
            case 2 -> softmax(logits[0], Double.NEGATIVE_INFINITY, logits[1]);
            case 3 -> softmax(logits[0], logits[1], logits[2]);
            default -> throw new IllegalArgumentException("a label needs 1, 2 or 3 logits, got " + logits.length);
        };
    }

    private static LabelDistribution softmax(double logit0, double logit1, double logit2) {
        double max = Math.max(logit0, Math.max(logit1, logit2));
        double e0 = Math.exp(logit0 - max);
        double e1 = Math.exp(logit1 - max);
        double e2 = Math.exp(logit2 - max);
        double sum = e0 + e1 + e2;
        return new LabelDistribution(e0 / sum, e1 / sum, e2 / sum);
    }

    /** Expected label divided by 2: the model's score, in [0, 1]. */
    public double score() {
        return (partial + 2 * relevant) / 2;
    }

    /** The most probable label, 0 to 2; the lower one on a tie. */
    public int label() {
        if (irrelevant >= partial && irrelevant >= relevant) {
            return 0;
        }
        return partial >= relevant ? 1 : 2;
    }
}
