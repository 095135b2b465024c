package rerank.trainer.distillation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import rerank.model.LanguageModelReranker;
import rerank.model.transformer.TransformerTrainer;
import rerank.model.transformer.TransformerTrainer.Gradients;

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
     * Trains until the schedule ends.
     *
     * @return step, minutes and best dev figure at the end
     */
    RunDirectory.Progress run() {
        ExecutorService workers = Executors.newFixedThreadPool(optimization.threads());
        try {
            return run(workers);
        } finally {
            workers.shutdownNow();
        }
    }

    private RunDirectory.Progress run(ExecutorService workers) {
        RunDirectory.Progress start = directory.restore(trainer);
        mixture.skip(start.step() * optimization.drawsPerStep());
        log.keepUpTo(start.step());
        double from = progress(start.step(), start.minutes());
        long began = clock.millis();
        long step = start.step();
        double best = start.best();
        double minutes = start.minutes();
        while (progress(step, minutes) < 1) {
            double rate = optimization.learningRate().at(step, progress(step, minutes));
            Losses losses = step(workers, rate);
            step++;
            minutes = start.minutes() + (clock.millis() - began) / 60_000.0;
            double progress = progress(step, minutes);
            if (step % LOG_EVERY == 0) {
                log.write(window.entry(step, minutes, rate, mixture.epochs(), clock.millis()));
            }
            bar.show(progress, from, Duration.ofMillis(clock.millis() - began), detail(step, losses, best));
            if (step % schedule.evalEverySteps() == 0 || progress >= 1) {
                double figure = evaluate(step, minutes);
                // Without dev sets the newest is the best there is.
                boolean isBest = figure > best || devSets.isEmpty();
                best = Math.max(best, figure);
                minutes = start.minutes() + (clock.millis() - began) / 60_000.0;
                directory.save(trainer, new RunDirectory.Progress(step, minutes, best), isBest);
            }
        }
        bar.done();
        return new RunDirectory.Progress(step, minutes, best);
    }

    /** Share of the run that is over: of its steps or of its minutes, whichever is more. */
    private double progress(long step, double minutes) {
        double bySteps = schedule.maxSteps() == 0 ? 0 : (double) step / schedule.maxSteps();
        double byMinutes = schedule.maxMinutes() == 0 ? 0 : minutes / schedule.maxMinutes();
        return Math.max(bySteps, byMinutes);
    }

    private Losses step(ExecutorService workers, double rate) {
        List<Callable<List<TrainingRow>>> draws = new ArrayList<>();
        for (int i = 0; i < optimization.drawsPerStep(); i++) {
            draws.add(mixture.next()::rows);
        }
        MicroBatches batches = MicroBatches.of(all(workers, draws), optimization.drawsPerBatch(), labelTokens);
        List<Callable<Gradients>> tasks = new ArrayList<>();
        for (int i = 0; i < batches.batches().size(); i++) {
            int index = i;
            tasks.add(() ->
                    trainer.gradients(batches.batches().get(index), batches.weights(index, optimization.losses())));
        }
        List<Gradients> gradients = all(workers, tasks);
        Losses losses = batches.mean(gradients.stream().map(Losses::of).toList());
        float norm = trainer.step(gradients, (float) rate, optimization.adamW());
        window.add(losses, norm, batches.tokens(), clock.millis());
        return losses;
    }

    private double evaluate(long step, double minutes) {
        double sum = 0;
        for (DevSet dev : devSets) {
            double figure = dev.measure(
                    () -> LanguageModelReranker.over(trainer.transformer(), directory.last()), optimization.threads());
            ObjectNode entry = RunLog.entry("eval", step, minutes);
            entry.put("data", dev.name()).put("ndcg10", figure);
            log.write(entry);
            sum += figure;
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

    private static <T> List<T> all(ExecutorService workers, List<Callable<T>> tasks) {
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future : workers.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("training was interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("a training worker failed", e.getCause());
        }
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
