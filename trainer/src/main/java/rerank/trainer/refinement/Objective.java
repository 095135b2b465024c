package rerank.trainer.refinement;

import java.util.List;
import rerank.trainer.distillation.TrainingRow;

/** How a round of samples becomes optimizer steps. */
interface Objective {
    /** Pairs to sample with the same weights. */
    int pairsPerRound();

    /**
     * The steps of a round.
     *
     * @param round pairs with their samples and rewards
     * @param seed of the order
     */
    List<Step> steps(List<Samples.Scored> round, long seed);

    /**
     * One optimizer step: the sum of weighted next-token losses, divided.
     *
     * @param rows with the weight of each token
     * @param divisor of the sum
     */
    record Step(List<TrainingRow> rows, double divisor) {
        public Step {
            rows = List.copyOf(rows);
        }

        /** The sum of the weights' sizes over the divisor: what the trainer's mean is to be multiplied by. */
        float scale() {
            double sum = 0;
            for (TrainingRow row : rows) {
                for (float weight : row.targetWeights()) {
                    sum += Math.abs(weight);
                }
            }
            return (float) (sum / divisor);
        }
    }
}
