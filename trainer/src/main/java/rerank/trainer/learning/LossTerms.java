package rerank.trainer.learning;

import java.util.Collection;

/**
 * Means of the loss terms, without their factors.
 *
 * @param list in nats, a list; see {@link ListTargets}
 * @param grade in nats, a list with grades or without
 * @param divergence KL(model || distilled model) in nats, a row
 * @param replay label loss of the teacher's groups, in nats; NaN without replay
 */
public record LossTerms(double list, double grade, double divergence, double replay) {
    /** The mean of several; NaN where there are none. */
    static LossTerms mean(Collection<LossTerms> all) {
        return new LossTerms(
                all.stream().mapToDouble(LossTerms::list).average().orElse(Double.NaN),
                all.stream().mapToDouble(LossTerms::grade).average().orElse(Double.NaN),
                all.stream().mapToDouble(LossTerms::divergence).average().orElse(Double.NaN),
                all.stream().mapToDouble(LossTerms::replay).average().orElse(Double.NaN));
    }
}
