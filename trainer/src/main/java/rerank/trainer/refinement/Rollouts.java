package rerank.trainer.refinement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import rerank.model.prompt.PromptBuilder;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.TransformerTrainer;
import rerank.trainer.distillation.GradientWorkers;

/** Samples and scores answers of a trainer's present weights, on all workers. */
final class Rollouts {
    private static final int PAIRS_PER_TASK = 12;

    private final TransformerTrainer trainer;
    private final Tokenizer tokenizer;
    private final PromptBuilder prompts;
    private final int maxExplanationTokens;
    private final RewardFunction reward;
    private final GradientWorkers workers;

    Rollouts(
            TransformerTrainer trainer,
            Tokenizer tokenizer,
            PromptBuilder prompts,
            int maxExplanationTokens,
            RewardFunction reward,
            GradientWorkers workers) {
        this.trainer = trainer;
        this.tokenizer = tokenizer;
        this.prompts = prompts;
        this.maxExplanationTokens = maxExplanationTokens;
        this.reward = reward;
        this.workers = workers;
    }

    /** Samples of each pair with rewards, in the order of the pairs; which worker does what does not change them. */
    List<Samples.Scored> scored(List<TaughtPair> pairs, int samples, double temperature, long seed) {
        List<Callable<List<Samples.Scored>>> tasks = new ArrayList<>();
        for (int from = 0; from < pairs.size(); from += PAIRS_PER_TASK) {
            List<TaughtPair> together = pairs.subList(from, Math.min(pairs.size(), from + PAIRS_PER_TASK));
            tasks.add(() -> task(together, samples, temperature, seed));
        }
        return workers.all(tasks).stream().flatMap(List::stream).toList();
    }

    private List<Samples.Scored> task(List<TaughtPair> pairs, int samples, double temperature, long seed) {
        try (Transformer transformer = trainer.transformer()) {
            var sampler = new Sampler(transformer, tokenizer, prompts, maxExplanationTokens);
            return sampler.sample(pairs, samples, temperature, seed).stream()
                    .map(this::scored)
                    .filter(scored -> !scored.group().samples().isEmpty())
                    .toList();
        }
    }

    /** A group with its rewards, without the answers that have none. */
    private Samples.Scored scored(RolloutGroup group) {
        List<Rollout> all = group.all();
        double[] rewards =
                reward.score(group.pair(), all.stream().map(Rollout::answer).toList());
        List<Rollout> samples = new ArrayList<>();
        for (int i = 0; i < group.samples().size(); i++) {
            if (!Double.isNaN(rewards[i])) {
                samples.add(all.get(i));
            }
        }
        boolean isTeacherScored = group.teachers() != null && !Double.isNaN(rewards[all.size() - 1]);
        return new Samples.Scored(
                new RolloutGroup(group.pair(), samples, isTeacherScored ? group.teachers() : null),
                Arrays.stream(rewards).filter(score -> !Double.isNaN(score)).toArray());
    }
}
