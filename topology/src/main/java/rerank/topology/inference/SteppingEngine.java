package rerank.topology.inference;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Request;
import rerank.model.ranking.StepStatistics;

/**
 * Lets a judge work step by step: between steps, pairs join, the most urgent first, and those that nobody waits for any more
 * leave. A second thread makes the prompts of pairs that wait, so that the model does not.
 *
 * <p>The step thread owns the judge: nobody else calls its steps, and {@link #close()} closes it when that thread has ended. A
 * judge is to settle a pair that it fails on by itself; where a whole step throws, all pairs in it have failed.
 */
public final class SteppingEngine implements InferenceEngine {
    private static final Logger log = LoggerFactory.getLogger(SteppingEngine.class);
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(30);
    private static final int MOST_PREPARED = 128;

    private final PairJudge judge;
    private final int capacity;
    private final Clock clock;
    private final PairQueue queue = new PairQueue(MOST_PREPARED);
    private final Thread steps;
    private final Thread prompts;

    /** Owned by the step thread. */
    private final Map<PairJudge.Judging, Submission> atTheModel = new IdentityHashMap<>();

    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong failedPairs = new AtomicLong();
    private final AtomicLong expiredPairs = new AtomicLong();
    private final AtomicLong cancelledPairs = new AtomicLong();
    private volatile StepStatistics latest;

    private SteppingEngine(PairJudge judge, int capacity, Clock clock) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be at least 1, was " + capacity);
        }
        this.judge = judge;
        this.capacity = capacity;
        this.clock = clock;
        this.latest = judge.statistics();
        this.steps = new Thread(this::step, "rerank-inference");
        this.prompts = new Thread(this::prepare, "rerank-prompts");
        this.steps.setDaemon(true);
        this.prompts.setDaemon(true);
    }

    /**
     * Starts the threads.
     *
     * @param judge the model; closed with the engine
     * @param capacity pairs in flight from which on the engine counts as full; at least 1
     * @param clock what deadlines are measured by
     */
    public static SteppingEngine start(PairJudge judge, int capacity, Clock clock) {
        SteppingEngine engine = new SteppingEngine(judge, capacity, clock);
        engine.prompts.start();
        engine.steps.start();
        return engine;
    }

    @Override
    public PairJudge.Identity identity() {
        return judge.identity();
    }

    @Override
    public Ticket submit(Request request, long deadlineMs, Consumer<Outcome> whenDone) {
        Submission submission = new Submission(request, deadlineMs, queue.nextArrival(), whenDone);
        inFlight.incrementAndGet();
        queue.submit(submission);
        return () -> {
            if (submission.cancel()) {
                inFlight.decrementAndGet();
                cancelledPairs.incrementAndGet();
            }
        };
    }

    @Override
    public boolean isFull() {
        return inFlight.get() >= capacity;
    }

    @Override
    public EngineStatistics statistics() {
        return new EngineStatistics(
                inFlight.get(), failedPairs.get(), expiredPairs.get(), cancelledPairs.get(), latest);
    }

    @Override
    public void close() {
        queue.close();
        try {
            prompts.join(PATIENCE_AT_CLOSE.toMillis());
            steps.join(PATIENCE_AT_CLOSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (steps.isAlive() || prompts.isAlive()) {
            log.warn(
                    "the model is still busy {} s after the engine was closed; its memory is not released",
                    PATIENCE_AT_CLOSE.toSeconds());
        } else {
            judge.close();
        }
    }

    private void prepare() {
        try {
            for (Submission next = queue.takeSubmitted(); next != null; next = queue.takeSubmitted()) {
                if (isStillWanted(next)) {
                    prepare(next);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void prepare(Submission next) {
        try {
            next.prepared(judge.prepare(next.request()));
        } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
            log.error("a pair could not be prepared for the model", e);
            fail(next, e, judge.identity());
            return;
        }
        queue.addPrepared(next);
    }

    private void step() {
        try {
            while (!queue.isClosed()) {
                if (atTheModel.isEmpty() && !queue.awaitPrepared()) {
                    return;
                }
                admit();
                dropUnwanted();
                if (!atTheModel.isEmpty()) {
                    stepOnce();
                    latest = judge.statistics();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void admit() {
        while (judge.hasRoom()) {
            Submission next = queue.pollPrepared();
            if (next == null) {
                return;
            }
            PairJudge.Judging judging = next.judging();
            if (judging != null && isStillWanted(next)) {
                judge.start(judging);
                atTheModel.put(judging, next);
            }
        }
    }

    private void dropUnwanted() {
        for (Iterator<Map.Entry<PairJudge.Judging, Submission>> all =
                        atTheModel.entrySet().iterator();
                all.hasNext(); ) {
            Map.Entry<PairJudge.Judging, Submission> entry = all.next();
            if (!isStillWanted(entry.getValue())) {
                judge.cancel(entry.getKey());
                all.remove();
            }
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

    private void stepOnce() {
        PairJudge.Identity by = judge.identity();
        List<PairJudge.Judging> judged;
        try {
            judged = judge.step();
        } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
            failAll(e, by);
            return;
        }
        for (PairJudge.Judging judging : judged) {
            Submission submission = atTheModel.remove(judging);
            if (submission != null) {
                settle(submission, judging, by);
            }
        }
    }

    private void settle(Submission submission, PairJudge.Judging judging, PairJudge.Identity by) {
        Outcome outcome;
        try {
            outcome = new Outcome.Answered(judging.judgment(), by);
        } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
            log.error("what the model made of a pair is no judgment", e);
            fail(submission, e, by);
            return;
        }
        settle(submission, outcome);
    }

    private void fail(Submission submission, Throwable error, PairJudge.Identity by) {
        failedPairs.incrementAndGet();
        settle(submission, new Outcome.Failed(error, by));
    }

    private void failAll(Throwable error, PairJudge.Identity by) {
        log.error("a step of the model failed, and with it {} pairs", atTheModel.size(), error);
        List<Map.Entry<PairJudge.Judging, Submission>> all = new ArrayList<>(atTheModel.entrySet());
        atTheModel.clear();
        for (Map.Entry<PairJudge.Judging, Submission> entry : all) {
            judge.cancel(entry.getKey());
            fail(entry.getValue(), error, by);
        }
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
