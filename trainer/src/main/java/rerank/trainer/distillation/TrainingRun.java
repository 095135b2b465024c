package rerank.trainer.distillation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import rerank.model.LanguageModelReranker;
import rerank.model.transformer.TransformerTrainer;

/**
 * The training loop: draw, compute gradients of all micro-batches, step; now and then evaluate and save.
 *
 * <p>Everything is a function of the configuration and the step number, and gradients are averaged in a fixed order, so
 * a run bounded by steps gives the same curve whatever the number of threads, and whether or not it was interrupted. A
 * run bounded by minutes lets the learning rate follow the clock, and repeats only roughly.
 */
final class TrainingRun {
    private static final int LOG_EVERY = 20;

    private final TrainConfig.Optimization optimization;
    private final TrainConfig.Schedule schedule;
    private final TransformerTrainer trainer;
    private final Mixture mixture;
    private final int[] labelTokens;
    private final List<DevSet> devSets;
    private final RunDirectory directory;
    private final RunLog log;
    private final ProgressBar bar;
    private final Clock clock;

    /** Sums over the steps since the last log entry. */
    private final Window window = new Window();

    private final TrainedLabels trainedLabels = new TrainedLabels();

    /** Draws of the next step. */
    private @Nullable Drawn ahead;

    TrainingRun(
            TrainConfig config,
            TransformerTrainer trainer,
            Mixture mixture,
            int[] labelTokens,
            List<DevSet> devSets,
            RunDirectory directory,
            ProgressBar bar,
            Clock clock) {
        this.optimization = config.optimization();
        this.schedule = config.schedule();
        this.trainer = trainer;
        this.mixture = mixture;
        this.labelTokens = labelTokens.clone();
        this.devSets = List.copyOf(devSets);
        this.directory = directory;
        this.log = directory.log();
        this.bar = bar;
        this.clock = clock;
    }

    /**
     * Trains until the schedule ends, or the dev figure has not risen for too long.
     *
     * @return step, minutes and best dev figure at the end
     */
    RunDirectory.Progress run() {
        try (GradientWorkers workers = new GradientWorkers(trainer, optimization.threads())) {
            return run(workers);
        }
    }

    private RunDirectory.Progress run(GradientWorkers workers) {
        RunDirectory.Progress start = directory.restore(trainer);
        mixture.skip(start.step() * optimization.drawsPerStep());
        log.keepUpTo(start.step());
        trainedLabels.restore(log.entries());
        double from = progress(start);
        long began = clock.millis();
        RunDirectory.Progress at = start;
        while (progress(at) < 1 && !isStale(at)) {
            double rate = optimization.learningRate().at(at.step(), progress(at));
            Losses losses = step(workers, rate, at.step());
            at = new RunDirectory.Progress(at.step() + 1, minutes(start, began), at.best(), at.evaluationsSinceBest());
            boolean isDue = at.step() % schedule.evalEverySteps() == 0 || progress(at) >= 1;
            // Also before a state is saved: what is resumed from it then has an entry for every step.
            if (at.step() % LOG_EVERY == 0 || isDue) {
                log.write(window.entry(at.step(), at.minutes(), rate, mixture.epochs(), clock.millis()));
            }
            bar.show(
                    progress(at),
                    from,
                    Duration.ofMillis(clock.millis() - began),
                    detail(at.step(), losses, at.best()));
            if (isDue) {
                double figure = evaluate(at.step(), at.minutes());
                // Without dev sets the newest is the best there is.
                boolean isBest = figure > at.best() || devSets.isEmpty();
                at = new RunDirectory.Progress(
                        at.step(),
                        minutes(start, began),
                        Math.max(at.best(), figure),
                        isBest ? 0 : at.evaluationsSinceBest() + 1);
                directory.save(trainer, at, isBest);
            }
        }
        bar.done();
        return at;
    }

    private double minutes(RunDirectory.Progress start, long began) {
        return start.minutes() + (clock.millis() - began) / 60_000.0;
    }

    private boolean isStale(RunDirectory.Progress at) {
        return schedule.patience() > 0 && at.evaluationsSinceBest() >= schedule.patience();
    }

    /** Share of the run that is over: of its steps or of its minutes, whichever is more. */
    private double progress(RunDirectory.Progress at) {
        double bySteps = schedule.maxSteps() == 0 ? 0 : (double) at.step() / schedule.maxSteps();
        double byMinutes = schedule.maxMinutes() == 0 ? 0 : at.minutes() / schedule.maxMinutes();
        return Math.max(bySteps, byMinutes);
    }

    /** What a step learns from is drawn while the one before it is taken, which keeps one thread busy. */
    private Losses step(GradientWorkers workers, double rate, long step) {
        Drawn drawn = ahead == null ? draw(workers) : ahead;
        List<List<TrainingRow>> groups = drawn.groups().get();
        for (int i = 0; i < groups.size(); i++) {
            trainedLabels.add(drawn.sources().get(i), groups.get(i));
        }
        MicroBatches batches = MicroBatches.of(groups, optimization.drawsPerBatch(), labelTokens);
        GradientWorkers.Sum sum =
                workers.sum(batches, optimization.losses(), (int) (step * optimization.drawsPerStep() & 0xFFFFF));
        ahead = draw(workers);
        float norm = trainer.step(sum.gradients(), (float) rate, optimization.adamW());
        window.add(sum.losses(), norm, batches.tokens(), clock.millis());
        return sum.losses();
    }

    private Drawn draw(GradientWorkers workers) {
        List<Callable<List<TrainingRow>>> draws = new ArrayList<>();
        List<String> sources = new ArrayList<>();
        for (int i = 0; i < optimization.drawsPerStep(); i++) {
            Mixture.Draw draw = mixture.next();
            draws.add(draw::rows);
            sources.add(draw.source().name());
        }
        return new Drawn(sources, workers.start(draws));
    }

    /** Draws of one step: where each is from, and their rows as soon as they are made. */
    private record Drawn(List<String> sources, Supplier<List<List<TrainingRow>>> groups) {}

    private double evaluate(long step, double minutes) {
        double sum = 0;
        for (DevSet dev : devSets) {
            DevSet.Measured found = dev.measure(
                    trainer,
                    () -> LanguageModelReranker.over(trainer.transformer(), directory.last()),
                    optimization.threads());
            ObjectNode entry = RunLog.entry("eval", step, minutes);
            entry.put("data", dev.name()).put(found.figure(), found.value());
            log.write(entry);
            if (!found.actual().isEmpty()) {
                log.write(trainedLabels.entry(dev.name(), found, step, minutes));
            }
            sum += found.goodness();
        }
        return devSets.isEmpty() ? Double.NEGATIVE_INFINITY : sum / devSets.size();
    }

    private static String detail(long step, Losses losses, double best) {
        return String.format(
                Locale.ROOT,
                "step %d  next token %.3f  label %.3f  listwise %.3f%s",
                step,
                losses.nextToken(),
                losses.label(),
                losses.listwise(),
                Double.isFinite(best) ? String.format(Locale.ROOT, "  best dev %.4f", best) : "");
    }

    /** Means between two log entries. */
    private static final class Window {
        private double nextToken;
        private double label;
        private double listwise;
        private double accuracy;
        private int accuracies;
        private double norm;
        private long tokens;
        private int steps;
        private long since = -1;

        void add(Losses losses, float gradientNorm, long moreTokens, long now) {
            since = since < 0 ? now : since;
            nextToken += losses.nextToken();
            label += losses.label();
            listwise += losses.listwise();
            if (!Double.isNaN(losses.groupAccuracy())) {
                accuracy += losses.groupAccuracy();
                accuracies++;
            }
            norm += gradientNorm;
            tokens += moreTokens;
            steps++;
        }

        ObjectNode entry(long step, double minutes, double rate, double[] epochs, long now) {
            ObjectNode entry = RunLog.entry("step", step, minutes);
            entry.put("nextToken", nextToken / steps);
            entry.put("label", label / steps);
            entry.put("listwise", listwise / steps);
            if (accuracies > 0) {
                entry.put("groupAccuracy", accuracy / accuracies);
            }
            entry.put("gradientNorm", norm / steps);
            entry.put("learningRate", rate);
            entry.put("tokens", tokens);
            entry.put("tokensPerSecond", Math.round(tokens * 1000.0 / Math.max(1, now - since)));
            for (double epoch : epochs) {
                entry.withArray("epochs").add(epoch);
            }
            nextToken = 0;
            label = 0;
            listwise = 0;
            accuracy = 0;
            accuracies = 0;
            norm = 0;
            tokens = 0;
            steps = 0;
            since = now;
            return entry;
        }
    }
}
