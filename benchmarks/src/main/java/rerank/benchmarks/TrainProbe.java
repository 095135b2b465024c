package rerank.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import rerank.cli.report.PeakMemory;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.transformer.MatrixRate;
import rerank.model.transformer.NativeThreads;
import rerank.model.transformer.TransformerTrainer;
import rerank.model.transformer.TransformerTrainer.AdamW;
import rerank.model.transformer.TransformerTrainer.LossWeights;
import rerank.trainer.distillation.GradientWorkers;
import rerank.trainer.distillation.MicroBatches;
import rerank.trainer.distillation.TrainingRow;

/**
 * Measures one {@link TrainCase} in a process of its own, so that the peak of memory is its own, and prints a line of
 * JSON.
 */
final class TrainProbe {
    private static final AdamW ADAM_W = new AdamW(0.9f, 0.98f, 1e-8f, 0.05f, 1);

    private TrainProbe() {}

    /**
     * What was measured.
     *
     * @param id the case
     * @param tokensPerSecond median over steps, all tokens of a sequence counted
     * @param operationsPerSecond that the step cannot do without, by the same time
     * @param matrixOperationsPerSecond the library's product alone, at the same shapes, precision and threads
     * @param fraction of the latter that is reached
     * @param peakRssBytes the most memory that the process held
     * @param trained numbers that are trained
     * @param steps measured
     * @param othersCores processors that other processes used meanwhile
     */
    record Measured(
            String id,
            double tokensPerSecond,
            double operationsPerSecond,
            double matrixOperationsPerSecond,
            double fraction,
            long peakRssBytes,
            long trained,
            int steps,
            double othersCores) {}

    /** Arguments: the id of the case, and the seconds to measure. */
    public static void main(String[] args) throws Exception {
        TrainCase wanted = TrainCase.all().stream()
                .filter(one -> one.id().equals(args[0]))
                .findFirst()
                .orElseThrow();
        System.out.println(new ObjectMapper().writeValueAsString(measure(wanted, Double.parseDouble(args[1]))));
    }

    private static Measured measure(TrainCase one, double seconds) throws Exception {
        NativeThreads.set(one.nativeThreads());
        try (TransformerTrainer trainer = TransformerTrainer.random(one.config(), one.setup());
                GradientWorkers workers = new GradientWorkers(trainer, one.parallel())) {
            MicroBatches batches = batches(one);
            OtherLoad load = OtherLoad.start();
            double limit = matrixRate(one);
            step(trainer, workers, batches);
            List<Double> times = new ArrayList<>();
            long began = System.nanoTime();
            while (times.isEmpty() || System.nanoTime() - began < seconds * 1e9) {
                long start = System.nanoTime();
                step(trainer, workers, batches);
                times.add((System.nanoTime() - start) / 1e9);
            }
            // Half of the limit is measured before and half after, since what other processes take changes.
            limit = (limit + matrixRate(one)) / 2;
            Collections.sort(times);
            double median = times.get(times.size() / 2);
            double operations = one.operationsPerStep() / median;
            return new Measured(
                    one.id(),
                    one.rows() * one.batches() * one.tokens() / median,
                    operations,
                    limit,
                    operations / limit,
                    PeakMemory.rssBytes(),
                    trainer.parameters(),
                    times.size(),
                    load.othersCores());
        }
    }

    private static void step(TransformerTrainer trainer, GradientWorkers workers, MicroBatches batches) {
        GradientWorkers.Sum sum = workers.sum(batches, new LossWeights(1, 0, 0), 0);
        trainer.step(sum.gradients(), 1e-5f, ADAM_W);
    }

    /** The product's rate with as many threads as training has. */
    private static double matrixRate(TrainCase one) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(one.parallel());
        try {
            Callable<Double> task = () -> MatrixRate.operationsPerSecond(
                    one.config(), one.rows() * one.tokens(), one.setup().precision());
            double sum = 0;
            for (Future<Double> rate : threads.invokeAll(Collections.nCopies(one.parallel(), task))) {
                sum += rate.get();
            }
            return sum;
        } finally {
            threads.shutdown();
        }
    }

    private static MicroBatches batches(TrainCase one) {
        var random = new Random(1);
        List<List<TrainingRow>> rows = new ArrayList<>();
        for (int i = 0; i < one.rows() * one.batches(); i++) {
            int[] ids =
                    random.ints(one.tokens(), 0, one.config().vocabularySize()).toArray();
            float[] weights = new float[one.tokens()];
            for (int t = one.tokens() - 1 - one.answer(); t < one.tokens() - 1; t++) {
                weights[t] = 1;
            }
            rows.add(List.of(TrainingRow.weighted(new EncodedPrompt(ids, new int[one.tokens()]), weights)));
        }
        return MicroBatches.of(rows, one.rows(), new int[] {0, 1, 2});
    }
}
