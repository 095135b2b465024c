package rerank.trainer.refinement;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import rerank.model.LanguageModelReranker;
import rerank.model.RerankerSettings;
import rerank.model.phrasing.Phrasing;
import rerank.model.prompt.PromptBuilder;
import rerank.model.prompt.PromptTemplate;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.NativeThreads;
import rerank.model.transformer.TrainerSetup;
import rerank.model.transformer.TransformerConfig;
import rerank.model.transformer.TransformerTrainer;
import rerank.model.transformer.TransformerTrainer.LossWeights;
import rerank.trainer.chat.AnswerLog;
import rerank.trainer.chat.ChatClient;
import rerank.trainer.chat.ChatConfig;
import rerank.trainer.distillation.GradientWorkers;
import rerank.trainer.distillation.MicroBatches;
import rerank.trainer.distillation.ProgressBar;
import rerank.trainer.distillation.RankingDev;
import rerank.trainer.distillation.RunDirectory;
import rerank.trainer.distillation.RunLog;
import rerank.trainer.distillation.TaughtData;
import rerank.trainer.distillation.TrainConfig;
import rerank.trainer.distillation.TrainingRow;
import rerank.trainer.teacher.GroupSource;

/**
 * Runs {@code task=refine}: rounds of sampling, rewarding and learning, from a checkpoint to a better one.
 *
 * <p>A run that was interrupted goes on from the last round that was saved, with the same samples as without the
 * interruption, since samples follow from weights, seed and the number of pairs drawn.
 */
public final class Refinement {
    private static final int ROWS_PER_BATCH = 8;
    private static final String GRADES = "grades.jsonl";

    private final TrainConfig config;
    private final List<TaughtData> data;
    private final Path start;
    private final PrintStream progress;
    private final boolean isTerminal;
    private final Clock clock = Clock.systemUTC();

    /**
     * A refinement that shows its progress.
     *
     * @param config with a checkpoint to start from
     */
    public Refinement(TrainConfig config, PrintStream progress, boolean isTerminal) {
        this(
                config,
                config.data().stream()
                        .map(share -> TaughtData.open(share.path()))
                        .toList(),
                progress,
                isTerminal);
    }

    /** A refinement on data that are open already, in the order of the configuration's. */
    Refinement(TrainConfig config, List<TaughtData> data, PrintStream progress, boolean isTerminal) {
        this.config = config;
        this.data = List.copyOf(data);
        this.start = Objects.requireNonNull(config.start().checkpoint(), "init.checkpoint");
        this.progress = progress;
        this.isTerminal = isTerminal;
    }

    /**
     * Figures on dev.
     *
     * @param answers greedy answers to dev pairs, as many relevant as irrelevant
     * @param ndcg10 by data set and mode, without the first stage
     */
    public record Figures(Samples answers, Map<String, Double> ndcg10) {}

    /**
     * What a run came to.
     *
     * @param before figures of the checkpoint it started from
     * @param after figures of the last weights
     * @param checkpoint directory of the best checkpoint, by mean reward on dev
     * @param account what rewards cost, in a line; empty where they cost nothing
     */
    public record Outcome(long steps, double minutes, Figures before, Figures after, Path checkpoint, String account) {}

    /** Everything that is open during a run. */
    private record Open(
            TransformerTrainer trainer,
            GradientWorkers workers,
            RewardFunction reward,
            Rollouts rollouts,
            RefinementDev dev,
            Path checkpoint,
            RerankerSettings settings) {
        /** Figures of the present weights; how they rerank is in a directory. */
        Figures figures(Path directory) {
            return dev.figures(rollouts, () -> LanguageModelReranker.over(trainer.transformer(), directory));
        }
    }

    /** Refines to the end of the schedule. */
    public Outcome run() {
        return open(start, config.setup(), this::run);
    }

    /** The figures of a checkpoint on the same dev pairs and queries, for comparison. */
    public Figures measure(Path checkpoint) {
        return open(checkpoint, TrainerSetup.PLAIN, open -> open.figures(checkpoint));
    }

    private interface Work<T> {
        T with(Open open);
    }

    private <T> T open(Path checkpoint, TrainerSetup setup, Work<T> work) {
        NativeThreads.set(config.optimization().nativeThreads());
        TransformerConfig shape = TransformerConfig.read(checkpoint.resolve("config.json"));
        RerankerSettings settings = named(RerankerSettings.read(checkpoint, shape));
        int threads = config.optimization().threads();
        try (Tokenizer tokenizer = Tokenizer.load(checkpoint);
                TransformerTrainer trainer = TransformerTrainer.from(checkpoint, setup, config.seed());
                GradientWorkers workers = new GradientWorkers(trainer, threads);
                AnswerLog grades = config.refinement().judge() == null ? null : grades()) {
            RewardFunction reward = reward(grades);
            var prompts = new PromptBuilder(
                    PromptTemplate.load(settings.promptTemplate()), tokenizer, settings.maxPromptTokens());
            List<TaughtPair> pairs = new ArrayList<>();
            List<RankingDev> rankings = new ArrayList<>();
            for (TaughtData each : data) {
                pairs.addAll(PairSource.dev(each, config.schedule().evalQueries()));
                rankings.add(new RankingDev(
                        each.dataset(),
                        config.schedule().evalQueries(),
                        config.schedule().evalCandidates()));
            }
            var rollouts = new Rollouts(trainer, tokenizer, prompts, settings.maxExplanationTokens(), reward, workers);
            var dev = new RefinementDev(pairs, rankings, threads);
            return work.with(new Open(trainer, workers, reward, rollouts, dev, checkpoint, settings));
        }
    }

    private RerankerSettings named(RerankerSettings settings) {
        return new RerankerSettings(
                config.modelVersion(),
                settings.promptTemplate(),
                settings.defaultMode(),
                settings.firstStageWeights(),
                settings.maxPromptTokens(),
                settings.maxExplanationTokens());
    }

    private RewardFunction reward(@Nullable AnswerLog grades) {
        ChatConfig judge = config.refinement().judge();
        if (judge != null && grades != null) {
            return new ChatReward(new ChatClient(judge.endpoint(System.getenv()), grades), judge);
        }
        return config.refinement().rewardUrl() == null
                ? VerifiableReward.DEFAULT
                : new ClassifierReward(config.refinement().rewardUrl());
    }

    private AnswerLog grades() {
        try {
            Files.createDirectories(config.out());
        } catch (IOException e) {
            throw new UncheckedIOException("output directory " + config.out() + ": cannot be made", e);
        }
        return AnswerLog.open(config.out().resolve(GRADES));
    }

    private Outcome run(Open open) {
        var directory = new RunDirectory(
                config.out(),
                open.checkpoint(),
                open.settings(),
                Phrasing.read(open.checkpoint()).orElse(null),
                config.schedule().bf16());
        directory.note(config.given());
        int rows = config.optimization().drawsPerStep() * config.rows().groupSize();
        if (config.refinement().method() == TrainConfig.Method.REWARD_WEIGHTED) {
            return run(
                    open,
                    directory,
                    new RewardWeighted(config.refinement(), config.refinement().roundPairs(), rows));
        }
        try (TransformerTrainer reference = TransformerTrainer.from(start)) {
            return run(
                    open,
                    directory,
                    new LeaveOneOut(
                            config.refinement().kl(),
                            Math.max(1, rows / config.refinement().samples()),
                            open.settings().maxExplanationTokens(),
                            open.trainer(),
                            reference));
        }
    }

    private Outcome run(Open open, RunDirectory directory, Objective objective) {
        List<GroupSource> sources = new ArrayList<>();
        for (TaughtData each : data) {
            sources.add(each.groups(
                    config.seed() + 1000L * (sources.size() + 1), config.rows().groupSize()));
        }
        var pairs = new PairSource(
                sources, config.data().stream().map(TrainConfig.Share::share).toList(), config.seed());
        RunLog log = directory.log();
        Figures before = before(open, log);
        RunDirectory.Progress begin = directory.restore(open.trainer());
        log.keepUpTo(begin.step());
        var loop = new Loop(open, directory, objective, pairs, begin, drawn(log.entries()));
        RunDirectory.Progress end = loop.run();
        Figures after = open.figures(directory.last());
        write(log, "after", after, end.step(), end.minutes());
        return new Outcome(
                end.step(),
                end.minutes(),
                before,
                after,
                directory.best(),
                open.reward().account());
    }

    /** Figures of the start, from the log where an interrupted run measured them. */
    private Figures before(Open open, RunLog log) {
        for (JsonNode entry : log.entries()) {
            if (entry.path("event").asText().equals("before")) {
                return read(entry);
            }
        }
        Figures before = open.figures(open.checkpoint());
        write(log, "before", before, 0, 0);
        return before;
    }

    private static Figures read(JsonNode entry) {
        Map<String, Double> ndcg10 = new LinkedHashMap<>();
        entry.path("ndcg10")
                .properties()
                .forEach(each -> ndcg10.put(each.getKey(), each.getValue().asDouble()));
        return new Figures(Samples.read(entry), ndcg10);
    }

    private static void write(RunLog log, String event, Figures figures, long step, double minutes) {
        ObjectNode entry = RunLog.entry(event, step, minutes);
        figures.answers().addTo(entry);
        ObjectNode ndcg10 = entry.putObject("ndcg10");
        figures.ndcg10().forEach(ndcg10::put);
        log.write(entry);
    }

    private static long drawn(List<JsonNode> log) {
        return log.stream()
                .filter(entry -> entry.path("event").asText().equals("refine"))
                .mapToLong(entry -> entry.path("drawn").asLong())
                .max()
                .orElse(0);
    }

    /** The rounds. */
    private final class Loop {
        private final Open open;
        private final RunDirectory directory;
        private final Objective objective;
        private final PairSource pairs;
        private final RunLog log;
        private final RunDirectory.Progress begin;
        private final long began = clock.millis();
        private final ProgressBar bar = new ProgressBar(progress, isTerminal);
        private RunDirectory.Progress at;
        private long drawn;
        private @Nullable Samples last;

        Loop(
                Open open,
                RunDirectory directory,
                Objective objective,
                PairSource pairs,
                RunDirectory.Progress begin,
                long drawn) {
            this.open = open;
            this.directory = directory;
            this.objective = objective;
            this.pairs = pairs;
            this.log = directory.log();
            this.begin = begin;
            this.at = begin;
            this.drawn = drawn;
        }

        RunDirectory.Progress run() {
            int every = config.schedule().evalEverySteps();
            while (progress() < 1 && !isStale()) {
                long before = at.step();
                round();
                if (at.step() / every > before / every || progress() >= 1) {
                    evaluate();
                }
            }
            bar.done();
            return at;
        }

        private void round() {
            TrainConfig.Refinement settings = config.refinement();
            List<TaughtPair> asked = pairs.pairs(drawn, objective.pairsPerRound());
            List<Samples.Scored> round =
                    open.rollouts().scored(asked, settings.samples(), settings.temperature(), config.seed() + drawn);
            drawn += asked.size();
            List<Objective.Step> steps = objective.steps(round, config.seed() + drawn);
            Samples samples = Samples.of(round);
            last = samples;
            double loss = 0;
            long taken = 0;
            for (Objective.Step step : steps) {
                if (progress() >= 1) {
                    break;
                }
                loss += step(step);
                taken++;
            }
            if (steps.isEmpty()) {
                // Nothing to learn from these pairs; that the run ends is more than that every step does something.
                at = advanced(1);
            }
            ObjectNode entry = RunLog.entry("refine", at.step(), at.minutes());
            samples.addTo(entry);
            entry.put("drawn", drawn);
            entry.put("steps", taken);
            entry.put(
                    "rows", steps.stream().mapToInt(step -> step.rows().size()).sum());
            entry.put("loss", loss / Math.max(1, taken));
            if (objective instanceof LeaveOneOut leaveOneOut) {
                entry.put("kl", leaveOneOut.lastKl());
            }
            log.write(entry);
        }

        private double step(Objective.Step step) {
            List<List<TrainingRow>> rows = step.rows().stream().map(List::of).toList();
            MicroBatches batches = MicroBatches.of(rows, ROWS_PER_BATCH, new int[] {0, 1, 2});
            double rate = config.optimization().learningRate().at(at.step(), progress());
            GradientWorkers.Sum sum = open.workers()
                    .sum(batches, new LossWeights(step.scale(), 0, 0), (int) (at.step() * 1024 & 0xFFFFF));
            open.trainer()
                    .step(sum.gradients(), (float) rate, config.optimization().adamW());
            at = advanced(1);
            Samples seen = last;
            bar.show(
                    progress(),
                    0,
                    Duration.ofMillis(clock.millis() - began),
                    String.format(
                            Locale.ROOT,
                            "step %d  reward %.3f  wrong label %.1f %%  bad format %.1f %%",
                            at.step(),
                            seen == null ? Double.NaN : seen.reward(),
                            seen == null ? Double.NaN : 100 * seen.wrongLabel(),
                            seen == null ? Double.NaN : 100 * seen.badFormat()));
            return sum.losses().nextToken() * step.scale();
        }

        private void evaluate() {
            Samples answers = open.dev().answers(open.rollouts());
            ObjectNode entry = RunLog.entry("dev", at.step(), at.minutes());
            answers.addTo(entry);
            log.write(entry);
            boolean isBest = answers.reward() > at.best();
            at = new RunDirectory.Progress(
                    at.step(),
                    minutes(),
                    Math.max(at.best(), answers.reward()),
                    isBest ? 0 : at.evaluationsSinceBest() + 1);
            directory.save(open.trainer(), at, isBest);
        }

        private RunDirectory.Progress advanced(int steps) {
            return new RunDirectory.Progress(at.step() + steps, minutes(), at.best(), at.evaluationsSinceBest());
        }

        private double minutes() {
            return begin.minutes() + (clock.millis() - began) / 60_000.0;
        }

        private double progress() {
            TrainConfig.Schedule schedule = config.schedule();
            double bySteps = schedule.maxSteps() == 0 ? 0 : (double) at.step() / schedule.maxSteps();
            double byMinutes = schedule.maxMinutes() == 0 ? 0 : at.minutes() / schedule.maxMinutes();
            return Math.max(bySteps, byMinutes);
        }

        private boolean isStale() {
            int patience = config.schedule().patience();
            return patience > 0 && at.evaluationsSinceBest() >= patience;
        }
    }
}
