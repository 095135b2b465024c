package rerank.trainer.refinement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import rerank.model.transformer.TrainingBatch;
import rerank.model.transformer.TransformerTrainer;
import rerank.trainer.distillation.MicroBatches;
import rerank.trainer.distillation.TrainingRow;

/**
 * The policy gradient of the expected reward with {@link Advantages#leaveOneOut} as advantage, and a KL term to the weights
 * that refinement started from. One step a round, so samples are of the present weights and no ratio is needed. The sum
 * over tokens is divided by a constant, the longest answer, not by each answer's own length, which would favour long wrong
 * ones.
 *
 * <p>The label is drawn from the three label tokens' share of the probability, and its gradient is that of the whole
 * vocabulary: the same but for the mass on other tokens there, which training has all but removed.
 */
final class LeaveOneOut implements Objective {
    private static final int ROWS_AT_ONCE = 16;

    private final double kl;
    private final int pairsPerRound;
    private final int longestAnswer;
    private final TransformerTrainer policy;
    private final TransformerTrainer reference;
    private double lastKl;

    /**
     * An objective.
     *
     * @param kl factor on the KL term
     * @param longestAnswer tokens that sums are divided by
     * @param policy whose weights the samples are of
     * @param reference that the KL term holds it to
     */
    LeaveOneOut(
            double kl, int pairsPerRound, int longestAnswer, TransformerTrainer policy, TransformerTrainer reference) {
        this.kl = kl;
        this.pairsPerRound = pairsPerRound;
        this.longestAnswer = longestAnswer;
        this.policy = policy;
        this.reference = reference;
    }

    @Override
    public int pairsPerRound() {
        return pairsPerRound;
    }

    @Override
    public List<Step> steps(List<Samples.Scored> round, long seed) {
        List<Rollout> rollouts = new ArrayList<>();
        List<Double> advantages = new ArrayList<>();
        for (Samples.Scored scored : round) {
            List<Rollout> samples = scored.group().samples();
            double[] own = Arrays.copyOf(scored.rewards(), samples.size());
            double[] advantage = Advantages.leaveOneOut(own);
            for (int i = 0; i < samples.size(); i++) {
                rollouts.add(samples.get(i));
                advantages.add(advantage[i]);
            }
        }
        List<TrainingRow> rows = new ArrayList<>();
        double divergence = 0;
        long tokens = 0;
        for (int from = 0; from < rollouts.size(); from += ROWS_AT_ONCE) {
            List<Rollout> together = rollouts.subList(from, Math.min(rollouts.size(), from + ROWS_AT_ONCE));
            TrainingBatch batch = batch(together);
            float[][] present = policy.logProbs(batch);
            float[][] original = reference.logProbs(batch);
            for (int i = 0; i < together.size(); i++) {
                Rollout rollout = together.get(i);
                float[] weights = rollout.weights(1);
                for (int t = 0; t < weights.length; t++) {
                    if (weights[t] != 0) {
                        divergence += Advantages.k3(present[i][t], original[i][t]);
                        tokens++;
                        weights[t] = (float)
                                Advantages.tokenWeight(advantages.get(from + i), kl, present[i][t], original[i][t]);
                    }
                }
                rows.add(TrainingRow.weighted(rollout.sequence(), weights));
            }
        }
        lastKl = divergence / Math.max(1, tokens);
        int all = rows.size();
        rows.removeIf(row -> isZero(row.targetWeights()));
        return rows.isEmpty() ? List.of() : List.of(new Step(rows, (double) all * longestAnswer));
    }

    /** Mean KL, in nats a token, of the last round's samples. */
    double lastKl() {
        return lastKl;
    }

    private static boolean isZero(float[] weights) {
        for (float weight : weights) {
            if (weight != 0) {
                return false;
            }
        }
        return true;
    }

    private static TrainingBatch batch(List<Rollout> rollouts) {
        List<List<TrainingRow>> rows = rollouts.stream()
                .map(rollout -> List.of(TrainingRow.weighted(rollout.sequence(), rollout.weights(1))))
                .toList();
        return MicroBatches.of(rows, rows.size(), new int[] {0, 1, 2}).batches().get(0);
    }
}
