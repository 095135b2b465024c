package rerank.trainer.evaluation;

import rerank.model.ranking.LabelDistribution;

/**
 * What a model said of a pair beside what is true.
 *
 * @param labels probabilities that the model gave
 * @param grade of the judgements; 0 for a document that nobody judged
 */
public record GradedLabels(LabelDistribution labels, int grade) {
    /** The probability that the document is relevant at all: of label 1 or 2. */
    double probability() {
        return Math.min(1, labels.partial() + labels.relevant());
    }

    /** Whether it is, as MAP, MRR and recall have it: a grade above 0. */
    boolean isRelevant() {
        return grade > 0;
    }

    /** The sum over the three labels of the squared difference to the true one; grades above 2 are label 2. */
    double labelError() {
        int label = Math.max(0, Math.min(2, grade));
        return square(labels.irrelevant() - (label == 0 ? 1 : 0))
                + square(labels.partial() - (label == 1 ? 1 : 0))
                + square(labels.relevant() - (label == 2 ? 1 : 0));
    }

    private static double square(double value) {
        return value * value;
    }
}
