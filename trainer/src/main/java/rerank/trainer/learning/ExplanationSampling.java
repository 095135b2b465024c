package rerank.trainer.learning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.LabelDistribution;
import rerank.trainer.distillation.MicroBatches;
import rerank.trainer.distillation.TrainingRow;
import rerank.trainer.refinement.ExplanationGradients;
import rerank.trainer.refinement.RewardFunction;
import rerank.trainer.refinement.TaughtPair;

/**
 * The part of a step that samples explanations: of the pairs that clicks say most about, by the size of their lambdas at the
 * scores that were logged.
 */
final class ExplanationSampling {
    private static final int ROWS_PER_BATCH = 8;
    private static final int[] NO_LABELS = {0, 1, 2};

    /** Makes gradients with a reward. */
    interface Sampler {
        ExplanationGradients with(RewardFunction reward);
    }

    private final LearningTerms terms;
    private final Sampler sampler;

    ExplanationSampling(LearningTerms terms, Sampler sampler) {
        this.terms = terms;
        this.sampler = sampler;
    }

    /**
     * Micro-batches of a step's samples.
     *
     * @param scale what each mean loss over all rows is to be multiplied by
     */
    record Sampled(MicroBatches batches, double scale) {}

    /** Samples; null where there is nothing to learn from. */
    @Nullable Sampled of(List<TrainingList> step, long seed) {
        Map<String, Double> lambdas = new HashMap<>();
        List<TaughtPair> pairs = new ArrayList<>();
        for (TrainingList list : step) {
            double[] own = lambdas(list);
            for (int i = 0; i < own.length; i++) {
                Impression impression = list.impressions().get(i);
                LabelDistribution labels = impression.labels();
                String id = list.query().query().id();
                lambdas.put(ClickReward.key(id, impression.candidate().docId()), own[i]);
                pairs.add(new TaughtPair(
                        list.query().query(), impression.candidate(), labels == null ? 0 : labels.label(), ""));
            }
        }
        pairs.sort(Comparator.comparingDouble(pair -> -Math.abs(lambdas.getOrDefault(
                ClickReward.key(pair.query().id(), pair.candidate().docId()), 0.0))));
        List<TaughtPair> chosen = pairs.subList(0, Math.min(terms.explanations().pairs(), pairs.size()));
        if (chosen.isEmpty()) {
            return null;
        }
        ExplanationGradients.Round round =
                sampler.with(new ClickReward(lambdas)).sample(chosen, seed);
        if (round.rows().isEmpty()) {
            return null;
        }
        List<List<TrainingRow>> rows = round.rows().stream().map(List::of).toList();
        return new Sampled(MicroBatches.of(rows, ROWS_PER_BATCH, NO_LABELS), round.scale());
    }

    private double[] lambdas(TrainingList list) {
        double[] weights = new double[list.examined()];
        double[] scores = new double[list.examined()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = list.targets()[i];
            scores[i] = list.impressions().get(i).score();
        }
        return new ListTargets(weights).lambdas(scores, terms.temperature());
    }
}
