package rerank.trainer.learning;

import java.util.Map;
import rerank.model.ranking.FirstStageMix;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;

/**
 * How much of a final score was the first stage's, so that the model learns the order that users see and not what the first
 * stage knows already. The first stage's part is what is left of the final log-odds when the model's part is taken away.
 *
 * @param weights share in [0, 1] of the first stage in each mode
 */
record FirstStageShare(Map<Mode, Double> weights) {
    FirstStageShare {
        weights = Map.copyOf(weights);
    }

    /** Factor on the log-odds of the model's score. */
    double scale(Mode mode) {
        return 1 - mix(mode).weight();
    }

    /** What the first stage added to the log-odds of an impression's score; 0 for one that was not judged. */
    double offset(Mode mode, Impression impression) {
        LabelDistribution labels = impression.labels();
        return labels == null ? 0 : mix(mode).added(labels.score(), impression.score());
    }

    private FirstStageMix mix(Mode mode) {
        return new FirstStageMix(weights.getOrDefault(mode, 0.0));
    }
}
