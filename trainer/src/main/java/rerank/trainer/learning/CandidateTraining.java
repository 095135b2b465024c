package rerank.trainer.learning;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rerank.model.RerankerSettings;
import rerank.model.prompt.PromptBuilder;
import rerank.model.prompt.PromptTemplate;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.TransformerConfig;
import rerank.model.transformer.TransformerTrainer;
import rerank.model.transformer.TransformerTrainer.AdamW;
import rerank.model.transformer.TransformerTrainer.Gradients;
import rerank.model.transformer.TransformerTrainer.ListGradients;
import rerank.model.transformer.TransformerTrainer.ListLossWeights;
import rerank.model.transformer.TransformerTrainer.LossWeights;
import rerank.trainer.distillation.ExampleSource;
import rerank.trainer.distillation.GradientWorkers;
import rerank.trainer.distillation.MicroBatches;
import rerank.trainer.distillation.TrainingRow;
import rerank.trainer.refinement.ExplanationGradients;

/**
 * Trains a candidate from a version that serves, on logged queries: the list loss on clicks with its exact gradient through
 * the expected scores, explicit grades, the divergence from the distilled model, and the teacher's groups beside them. The
 * optimizer begins anew with every candidate.
 *
 * <p>The same inputs give the same candidate, whatever the number of threads.
 */
public final class CandidateTraining {
    private static final int ROWS_PER_BATCH = 16;
    private static final AdamW ADAM_W = new AdamW(0.9f, 0.98f, 1e-8f, 0, 1);
    private static final LossWeights REPLAY = new LossWeights(1, 1, 1);
    private static final LossWeights SAMPLED = new LossWeights(1, 0, 0);

    private final LearningTerms terms;
    private final TrainingPlan plan;
    private final ClickWeights clicks;
    private final @Nullable Replay replay;

    /** Makes the teacher's groups, given the prompts of the model that is trained. */
    @FunctionalInterface
    public interface Replay {
        /** Groups with a seed. */
        ExampleSource examples(PromptBuilder prompts, long seed);
    }

    /**
     * A training.
     *
     * @param replay the teacher's groups; null for none, whatever the terms say
     */
    public CandidateTraining(LearningTerms terms, TrainingPlan plan, ClickWeights clicks, @Nullable Replay replay) {
        this.terms = terms;
        this.plan = plan;
        this.clicks = clicks;
        this.replay = replay;
    }

    /** What training wants to know and to tell. */
    public record Task(
            Path active,
            Path distilled,
            List<LoggedQuery> experience,
            Propensities propensities,
            String version,
            Path out) {
        public Task {
            experience = List.copyOf(experience);
        }
    }

    /**
     * What came of it.
     *
     * @param checkpoint the candidate's directory; null where there was nothing to learn from
     * @param lists that something was learned from
     * @param steps optimizer steps
     * @param first means over the first quarter of the steps
     * @param last means over the last quarter
     */
    public record Outcome(@Nullable Path checkpoint, int lists, int steps, LossTerms first, LossTerms last) {}

    /**
     * Trains.
     *
     * @param progress told the share that is done, in [0, 1], after every step
     */
    public Outcome train(Task task, Consumer<Double> progress) {
        TransformerConfig shape = TransformerConfig.read(task.active().resolve("config.json"));
        RerankerSettings settings = RerankerSettings.read(task.active(), shape);
        try (Tokenizer tokenizer = Tokenizer.load(task.active())) {
            var prompts = new PromptBuilder(
                    PromptTemplate.load(settings.promptTemplate()), tokenizer, settings.maxPromptTokens());
            var share = new FirstStageShare(settings.firstStageWeights());
            List<TrainingList> lists = TrainingList.of(
                    task.experience(), task.propensities(), clicks, terms, share, prompts, shape.tokenTypes() > 0);
            if (lists.isEmpty()) {
                LossTerms none = LossTerms.mean(List.of());
                return new Outcome(null, 0, 0, none, none);
            }
            try (TransformerTrainer trainer = TransformerTrainer.from(task.active(), plan.setup(), plan.seed());
                    TransformerTrainer reference = TransformerTrainer.from(task.distilled());
                    GradientWorkers workers = new GradientWorkers(trainer, plan.threads())) {
                ExplanationSampling explanations = terms.explanations().weight() == 0
                        ? null
                        : new ExplanationSampling(
                                terms,
                                reward -> new ExplanationGradients(
                                        trainer,
                                        reference,
                                        tokenizer,
                                        prompts,
                                        settings.maxExplanationTokens(),
                                        reward,
                                        terms.explanations().samples(),
                                        terms.explanations().kl(),
                                        workers));
                var steps = new Steps(trainer, reference, workers, prompts, share, explanations);
                List<LossTerms> losses = steps.run(lists, progress);
                CheckpointFiles.write(
                        trainer,
                        plan.setup().adapter(),
                        task.active(),
                        CheckpointFiles.named(settings, task.version()),
                        task.out());
                int quarter = Math.max(1, losses.size() / 4);
                return new Outcome(
                        task.out(),
                        lists.size(),
                        losses.size(),
                        LossTerms.mean(losses.subList(0, quarter)),
                        LossTerms.mean(losses.subList(losses.size() - quarter, losses.size())));
            }
        }
    }

    /** The optimizer steps. */
    private final class Steps {
        private final TransformerTrainer trainer;
        private final TransformerTrainer reference;
        private final GradientWorkers workers;
        private final ListBatches batches;
        private final FirstStageShare share;
        private final @Nullable ExampleSource examples;
        private final @Nullable ExplanationSampling explanations;
        private long drawn;

        Steps(
                TransformerTrainer trainer,
                TransformerTrainer reference,
                GradientWorkers workers,
                PromptBuilder prompts,
                FirstStageShare share,
                @Nullable ExplanationSampling explanations) {
            this.explanations = explanations;
            this.trainer = trainer;
            this.reference = reference;
            this.workers = workers;
            this.batches = new ListBatches(ROWS_PER_BATCH, prompts.labelTokens(), terms);
            this.share = share;
            this.examples = replay == null || terms.replay() == 0 ? null : replay.examples(prompts, plan.seed());
        }

        List<LossTerms> run(List<TrainingList> lists, Consumer<Double> progress) {
            int steps = plan.steps(lists.size());
            var random = new Random(plan.seed());
            List<TrainingList> order = new ArrayList<>();
            List<LossTerms> losses = new ArrayList<>();
            for (int step = 0; step < steps; step++) {
                while (order.size() < plan.listsPerStep()) {
                    List<TrainingList> epoch = new ArrayList<>(lists);
                    Collections.shuffle(epoch, random);
                    order.addAll(epoch);
                }
                List<TrainingList> taken = List.copyOf(order.subList(0, plan.listsPerStep()));
                order.subList(0, plan.listsPerStep()).clear();
                float rate = (float) plan.rate().at(step, (double) step / steps);
                losses.add(step(taken, rate, step));
                progress.accept((step + 1.0) / steps);
            }
            return losses;
        }

        private LossTerms step(List<TrainingList> lists, float rate, int step) {
            List<List<TrainingList>> cut = batches.cut(lists);
            MicroBatches replayed = replayed(lists.size());
            int rows = lists.stream().mapToInt(list -> list.rows().size()).sum();
            ExplanationSampling.Sampled sampled = explanations == null ? null : explanations.of(lists, plan.seed() + step);
            int all = cut.size()
                    + (replayed == null ? 0 : replayed.batches().size())
                    + (sampled == null ? 0 : sampled.batches().batches().size());
            double own = replayed == null ? 1 : 1 - terms.replay();
            // The trainer divides the sum by the number of micro-batches, so each is multiplied by it.
            var weights = new ListLossWeights((float) (own * all), (float) (own * all * terms.grade()), (float)
                    (own * all * terms.divergence()));
            List<ListGradients> found = Collections.synchronizedList(new ArrayList<>());
            List<Callable<Gradients>> tasks = new ArrayList<>();
            int seed = step * 1024 & 0xFFFFF;
            for (List<TrainingList> each : cut) {
                int index = tasks.size();
                double scale = share.scale(each.get(0).query().mode());
                tasks.add(() -> {
                    ListGradients gradients = trainer.gradients(
                            batches.batch(each, lists.size(), rows, reference, scale), weights, seed + index);
                    found.add(gradients);
                    return gradients.gradients();
                });
            }
            List<Float> replayLosses = new ArrayList<>();
            if (replayed != null) {
                add(tasks, replayed, REPLAY, terms.replay() * all, seed);
            }
            int withReplay = tasks.size();
            if (sampled != null) {
                add(tasks, sampled.batches(), SAMPLED, own * terms.explanations().weight() * sampled.scale() * all, seed);
            }
            int[] summed = {0};
            Gradients sum = workers.sum(tasks, each -> {
                int index = summed[0]++;
                if (index >= cut.size() && index < withReplay) {
                    replayLosses.add(each.labelLoss());
                }
            });
            trainer.step(sum, rate, ADAM_W);
            return new LossTerms(
                    found.stream().mapToDouble(ListGradients::list).sum(),
                    found.stream().mapToDouble(ListGradients::grade).sum(),
                    found.stream().mapToDouble(ListGradients::divergence).sum(),
                    replayLosses.stream().mapToDouble(Float::doubleValue).average().orElse(Double.NaN));
        }

        /** Adds batches whose gradients are, all together, those of the mean over their rows times a factor. */
        private void add(
                List<Callable<Gradients>> tasks, MicroBatches more, LossWeights losses, double factor, int seed) {
            float each = (float) (factor / more.batches().size());
            for (int i = 0; i < more.batches().size(); i++) {
                LossWeights weights = more.weights(i, losses);
                var scaled =
                        new LossWeights(weights.nextToken() * each, weights.label() * each, weights.listwise() * each);
                int index = i;
                int own = seed + tasks.size();
                tasks.add(() -> trainer.gradients(more.batches().get(index), scaled, own));
            }
        }

        /** The teacher's groups of a step: as many as make up their share. */
        private @Nullable MicroBatches replayed(int lists) {
            if (examples == null) {
                return null;
            }
            int groups = Math.max(1, (int) Math.round(lists * terms.replay() / (1 - terms.replay())));
            List<List<TrainingRow>> rows = new ArrayList<>();
            for (int i = 0; i < groups; i++) {
                rows.add(examples.draw(drawn++));
            }
            int together = Math.max(1, ROWS_PER_BATCH / examples.rowsPerDraw());
            return MicroBatches.of(rows, together, batches.labelTokens());
        }
    }
}
