package rerank.trainer.refinement;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import rerank.trainer.distillation.TrainConfig;
import rerank.trainer.distillation.TrainingRow;

/**
 * {@code 1/B sum_i w_i (-1/|y_i| sum_t log p(y_it))} over the answers that {@link GroupRewards} keeps, the teacher's among
 * them; each is learned from once. B counts the answers of a step: it is not the sum of the weights, so where rewards are
 * small, steps are small.
 *
 * @param pairsPerRound pairs to sample with the same weights
 * @param rowsPerStep answers of a step
 */
record RewardWeighted(TrainConfig.Refinement settings, int pairsPerRound, int rowsPerStep) implements Objective {
    @Override
    public List<Step> steps(List<Samples.Scored> round, long seed) {
        List<TrainingRow> rows = new ArrayList<>();
        for (Samples.Scored scored : round) {
            RolloutGroup group = scored.group();
            double boost = settings.boosted()
                    ? GroupRewards.wrongShare(group.labels(), group.pair().label())
                    : 1;
            double[] weights = GroupRewards.weights(scored.rewards(), settings.threshold(), boost);
            List<Rollout> all = group.all();
            for (int i = 0; i < all.size(); i++) {
                Rollout rollout = all.get(i);
                // Whatever its reward, an explanation without an end is not to be imitated.
                if (weights[i] > 0 && rollout.answer().isWellFormed()) {
                    rows.add(TrainingRow.weighted(rollout.sequence(), rollout.weights(weights[i] / rollout.length())));
                }
            }
        }
        Collections.shuffle(rows, new Random(seed));
        List<Step> steps = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += rowsPerStep) {
            List<TrainingRow> together = rows.subList(from, Math.min(rows.size(), from + rowsPerStep));
            steps.add(new Step(together, together.size()));
        }
        return steps;
    }
}
