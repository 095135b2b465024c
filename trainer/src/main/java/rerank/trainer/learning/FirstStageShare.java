package rerank.trainer.learning;

import java.util.Map;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;

/**
 * How much of a final score was the first stage's, so that the model learns the order that users see and not what the first
 * stage knows already. The first stage's part is what is left of the final score when the model's part is taken away.
 *
 * @param weights share in [0, 1] of the first stage in each mode
 */
record FirstStageShare(Map<Mode, Double> weights) {
    FirstStageShare {
        weights = Map.copyOf(weights);
    }

    /** Factor on the model's score. */
    double scale(Mode mode) {
        return 1 - weights.getOrDefault(mode, 0.0);
    }

    /** What the first stage added to an impression's score; 0 for one that was not judged. */
    double offset(Mode mode, Impression impression) {
        LabelDistribution labels = impression.labels();
        if (labels == null || scale(mode) == 1) {
            return 0;
        }
        double rest = impression.score() - scale(mode) * labels.score();
        return Math.max(0, Math.min(1 - scale(mode), rest));
    }
}
