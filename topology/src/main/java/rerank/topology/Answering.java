package rerank.topology;

import java.util.Optional;
import java.util.OptionalDouble;
import rerank.model.ranking.Mode;

/**
 * What a query gets that does not say what it wants.
 *
 * @param mode its mode; empty for the one the checkpoint names
 * @param explainTop how many results of the top get an explanation in justify mode; not negative
 * @param firstStageWeight share of the first stage in the scores, in [0, 1]; empty for the one the checkpoint names
 */
public record Answering(Optional<Mode> mode, int explainTop, OptionalDouble firstStageWeight) {
    public Answering {
        if (explainTop < 0) {
            throw new IllegalArgumentException("explainTop must not be negative, was " + explainTop);
        }
        firstStageWeight.ifPresent(weight -> {
            if (!(weight >= 0 && weight <= 1)) {
                throw new IllegalArgumentException("firstStageWeight must lie in [0, 1], was " + weight);
            }
        });
    }
}
