package rerank.trainer.refinement;

import java.util.List;
import rerank.model.prompt.PromptBuilder;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.TransformerTrainer;
import rerank.trainer.distillation.GradientWorkers;
import rerank.trainer.distillation.TrainingRow;

/**
 * Policy gradients of explanations for whoever trains on something else beside them: explanations with their labels are
 * sampled from the present weights, rewarded, and weighed against the mean of the pair's others ({@link LeaveOneOut}: no
 * standard deviation, no ratio, KL to a reference).
 */
public final class ExplanationGradients {
    private final Rollouts rollouts;
    private final LeaveOneOut objective;
    private final int samples;

    /**
     * Gradients for one trainer.
     *
     * @param reference that the KL term holds the policy to
     * @param samples of each pair, at least 2
     * @param kl factor on the KL term
     */
    public ExplanationGradients(
            TransformerTrainer policy,
            TransformerTrainer reference,
            Tokenizer tokenizer,
            PromptBuilder prompts,
            int maxExplanationTokens,
            RewardFunction reward,
            int samples,
            double kl,
            GradientWorkers workers) {
        this.rollouts = new Rollouts(policy, tokenizer, prompts, maxExplanationTokens, reward, workers);
        this.objective = new LeaveOneOut(kl, 1, maxExplanationTokens, policy, reference);
        this.samples = samples;
    }

    /**
     * What a round of samples says.
     *
     * @param rows with weighted tokens; empty where all samples of every pair were worth the same
     * @param scale what the mean loss over the rows is to be multiplied by
     * @param reward mean over the samples
     * @param readable share of the samples that are well formed
     */
    public record Round(List<TrainingRow> rows, double scale, double reward, double readable) {
        public Round {
            rows = List.copyOf(rows);
        }
    }

    /**
     * Samples and weighs.
     *
     * @param seed the same gives the same samples
     */
    public Round sample(List<TaughtPair> pairs, long seed) {
        List<Samples.Scored> scored = rollouts.scored(pairs, samples, 1, seed);
        Samples figures = Samples.of(scored);
        List<Objective.Step> steps = objective.steps(scored, seed);
        return steps.isEmpty()
                ? new Round(List.of(), 0, figures.reward(), 1 - figures.badFormat())
                : new Round(
                        steps.get(0).rows(), steps.get(0).scale(), figures.reward(), 1 - figures.badFormat());
    }
}
