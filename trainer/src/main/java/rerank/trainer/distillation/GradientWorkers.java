package rerank.trainer.distillation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import rerank.model.transformer.TransformerTrainer;
import rerank.model.transformer.TransformerTrainer.Gradients;
import rerank.model.transformer.TransformerTrainer.LossWeights;

/**
 * Threads that compute the gradients of a step's micro-batches. They are summed in the order of the micro-batches, so the
 * sum does not depend on who was first, and no more are held than there are threads, and the sum.
 *
 * <p>Owned by the training thread, which waits for them.
 */
public final class GradientWorkers implements AutoCloseable {
    private final TransformerTrainer trainer;
    private final int threads;
    private final ExecutorService workers;

    /** Workers on a trainer's gradients. */
    public GradientWorkers(TransformerTrainer trainer, int threads) {
        this.trainer = trainer;
        this.threads = threads;
        this.workers = Executors.newFixedThreadPool(threads);
    }

    /**
     * The sum over a step's micro-batches, to be given to {@link TransformerTrainer#step}.
     *
     * @param losses means over all rows
     */
    public record Sum(Gradients gradients, Losses losses) {}

    /**
     * Computes and sums.
     *
     * @param wanted weight of each loss, taken over all rows
     * @param seed of dropout; each micro-batch has its own from it
     */
    public Sum sum(MicroBatches batches, LossWeights wanted, int seed) {
        List<Callable<Gradients>> tasks = new ArrayList<>();
        for (int i = 0; i < batches.batches().size(); i++) {
            int index = i;
            tasks.add(() ->
                    trainer.gradients(batches.batches().get(index), batches.weights(index, wanted), seed + index));
        }
        List<Losses> losses = new ArrayList<>();
        Gradients sum = sum(tasks, found -> losses.add(Losses.of(found)));
        return new Sum(sum, batches.mean(losses));
    }

    /**
     * Computes and sums gradients of any kind, in the order of the tasks.
     *
     * @param tasks at least one
     * @param each told of the gradients of every task, in order, before they are summed
     */
    public Gradients sum(List<Callable<Gradients>> tasks, Consumer<Gradients> each) {
        Deque<Future<Gradients>> running = new ArrayDeque<>();
        List<Gradients> first = new ArrayList<>();
        for (Callable<Gradients> task : tasks) {
            running.add(workers.submit(task));
            if (running.size() >= threads) {
                add(get(running.remove()), first, each);
            }
        }
        while (!running.isEmpty()) {
            add(get(running.remove()), first, each);
        }
        return first.get(0);
    }

    private void add(Gradients found, List<Gradients> first, Consumer<Gradients> each) {
        each.accept(found);
        if (first.isEmpty()) {
            first.add(found);
        } else {
            trainer.add(first.get(0), found);
        }
    }

    /** Runs tasks of another kind on the same threads; results in their order. */
    public <T> List<T> all(List<Callable<T>> tasks) {
        return start(tasks).get();
    }

    /**
     * Begins tasks of another kind on the same threads.
     *
     * @return waits for the results, in their order
     */
    <T> Supplier<List<T>> start(List<Callable<T>> tasks) {
        List<Future<T>> futures = new ArrayList<>();
        tasks.forEach(task -> futures.add(workers.submit(task)));
        return () -> futures.stream().map(GradientWorkers::get).toList();
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
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

    /** Waits for what is running: it may use what is closed next. */
    @Override
    public void close() {
        workers.shutdownNow();
        try {
            workers.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
