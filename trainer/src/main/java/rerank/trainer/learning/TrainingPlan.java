package rerank.trainer.learning;

import rerank.model.transformer.TrainerSetup;
import rerank.trainer.distillation.LearningRate;

/**
 * How a candidate is trained.
 *
 * @param epochs passes over the lists that have something to learn from, above 0
 * @param mostSteps optimizer steps at most
 * @param listsPerStep lists in one step
 * @param learningRate peak of AdamW's rate, after a short rise and before a cosine down
 * @param setup all weights or an adapter, in which arithmetic
 * @param threads micro-batches at the same time
 * @param seed of orders and draws
 */
public record TrainingPlan(
        double epochs,
        int mostSteps,
        int listsPerStep,
        double learningRate,
        TrainerSetup setup,
        int threads,
        long seed) {
    private static final int WARMUP_STEPS = 5;
    private static final double FINAL_SHARE = 0.1;

    public TrainingPlan {
        if (!(epochs > 0) || mostSteps < 1 || listsPerStep < 1 || threads < 1) {
            throw new IllegalArgumentException("training plan: " + epochs + " epochs, " + mostSteps + " steps of "
                    + listsPerStep + " lists on " + threads + " threads; expected above 0 and at least 1");
        }
    }

    /** Steps over so many lists. */
    int steps(int lists) {
        return Math.max(1, Math.min(mostSteps, (int) Math.ceil(epochs * lists / listsPerStep)));
    }

    LearningRate rate() {
        return new LearningRate(learningRate, WARMUP_STEPS, FINAL_SHARE);
    }

    /** The same with another seed. */
    public TrainingPlan withSeed(long other) {
        return new TrainingPlan(epochs, mostSteps, listsPerStep, learningRate, setup, threads, other);
    }
}
