package rerank.topology.inference;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;

/**
 * Judges on one thread of its own, in batches, the most urgent pairs first.
 *
 * <p>A batch on which the model throws is repeated pair by pair, so that one poisoned pair fails alone. The thread owns
 * the judge: nobody else calls {@link PairJudge#judge}, and {@link #close()} closes it when the thread has ended.
 */
public final class BatchingEngine implements InferenceEngine {
    private static final Logger log = LoggerFactory.getLogger(BatchingEngine.class);
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(30);

    private final PairJudge judge;
    private final BatchingSettings settings;
    private final Clock clock;
    private final BatchQueue queue = new BatchQueue();
    private final Thread thread;

    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong pairsInBatches = new AtomicLong();
    private final AtomicInteger largestBatch = new AtomicInteger();
    private final AtomicLong failedBatches = new AtomicLong();
    private final AtomicLong failedPairs = new AtomicLong();
    private final AtomicLong expiredPairs = new AtomicLong();

    private BatchingEngine(PairJudge judge, BatchingSettings settings, Clock clock) {
        this.judge = judge;
        this.settings = settings;
        this.clock = clock;
        this.thread = new Thread(this::run, "rerank-inference");
        this.thread.setDaemon(true);
    }

    /**
     * Starts the thread.
     *
     * @param judge the model; closed with the engine
     * @param settings how batches are made
     * @param clock what deadlines are measured by
     */
    public static BatchingEngine start(PairJudge judge, BatchingSettings settings, Clock clock) {
        BatchingEngine engine = new BatchingEngine(judge, settings, clock);
        engine.thread.start();
        return engine;
    }

    @Override
    public PairJudge.Identity identity() {
        return judge.identity();
    }

    @Override
    public Ticket submit(Pair pair, long deadlineMs, Consumer<Outcome> whenDone) {
        Submission submission = new Submission(pair, deadlineMs, queue.nextArrival(), whenDone);
        inFlight.incrementAndGet();
        queue.add(submission);
        return () -> {
            if (submission.cancel()) {
                inFlight.decrementAndGet();
            }
        };
    }

    @Override
    public boolean isFull() {
        return inFlight.get() >= settings.capacity();
    }

    @Override
    public EngineStatistics statistics() {
        return new EngineStatistics(
                inFlight.get(),
                batches.get(),
                pairsInBatches.get(),
                largestBatch.get(),
                failedBatches.get(),
                failedPairs.get(),
                expiredPairs.get());
    }

    @Override
    public void close() {
        queue.close();
        try {
            thread.join(PATIENCE_AT_CLOSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            log.warn(
                    "the model is still busy {} s after the engine was closed; its memory is not released",
                    PATIENCE_AT_CLOSE.toSeconds());
        } else {
            judge.close();
        }
    }

    private void run() {
        try {
            List<Submission> batch = queue.take(settings.maxPairs(), settings.maxWait());
            while (!batch.isEmpty()) {
                List<Submission> wanted =
                        batch.stream().filter(this::isStillWanted).toList();
                if (!wanted.isEmpty()) {
                    judgeTogether(wanted);
                }
                batch = queue.take(settings.maxPairs(), settings.maxWait());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStillWanted(Submission submission) {
        if (submission.isSettled()) {
            return false;
        }
        if (submission.deadlineMs() <= clock.millis()) {
            expiredPairs.incrementAndGet();
            settle(submission, new Outcome.Expired());
            return false;
        }
        return true;
    }

    private void judgeTogether(List<Submission> batch) {
        PairJudge.Identity by = judge.identity();
        List<Judgment> judgments;
        try {
            judgments = call(batch);
        } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
            giveUpOrSplit(batch, e, by);
            return;
        }
        for (int i = 0; i < batch.size(); i++) {
            settle(batch.get(i), new Outcome.Answered(judgments.get(i), by));
        }
    }

    private void giveUpOrSplit(List<Submission> batch, Throwable error, PairJudge.Identity by) {
        failedBatches.incrementAndGet();
        if (batch.size() > 1) {
            log.warn("the model failed on a batch of {} pairs; judging them one by one", batch.size(), error);
            batch.forEach(submission -> judgeTogether(List.of(submission)));
            return;
        }
        Pair pair = batch.get(0).pair();
        log.warn(
                "the model failed on pair {}/{}",
                pair.query().id(),
                pair.candidate().docId(),
                error);
        failedPairs.incrementAndGet();
        settle(batch.get(0), new Outcome.Failed(error, by));
    }

    private List<Judgment> call(List<Submission> batch) {
        batches.incrementAndGet();
        pairsInBatches.addAndGet(batch.size());
        largestBatch.accumulateAndGet(batch.size(), Math::max);
        List<Judgment> judgments =
                judge.judge(batch.stream().map(Submission::pair).toList());
        if (judgments.size() != batch.size()) {
            throw new IllegalStateException(
                    "the model gave " + judgments.size() + " judgments for " + batch.size() + " pairs");
        }
        return judgments;
    }

    private void settle(Submission submission, Outcome outcome) {
        // Counted down first: whoever sees the outcome also sees the room it left.
        if (!submission.isSettled()) {
            inFlight.decrementAndGet();
            if (!submission.complete(outcome)) {
                inFlight.incrementAndGet();
            }
        }
    }
}
