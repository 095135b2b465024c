package rerank.topology.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.model.ranking.Request;
import rerank.model.ranking.StepStatistics;

@Timeout(60)
class SteppingEngineTest {
    private static final long FAR = Long.MAX_VALUE;
    private static final long NOW_MS = 1_000;

    private final AtomicLong nowMs = new AtomicLong(NOW_MS);
    private final GatedJudge judge = new GatedJudge();
    private final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
    private final SteppingEngine engine = SteppingEngine.start(judge, 4, clock());

    @AfterEach
    void close() {
        judge.gate.release(100_000);
        judge.lateOnes.countDown();
        engine.close();
    }

    @Test
    void pairsJoinBetweenStepsAndLeaveWhenTheyAreJudged() throws InterruptedException {
        submit("slow", FAR);
        judge.entered.acquire();
        submit("a", FAR);
        submit("b", FAR);
        awaitPrepared();
        judge.gate.release(2);
        judge.entered.acquire(2);

        assertThat(take(2)).containsExactlyInAnyOrder("a judged", "b judged");
        assertThat(judge.steps).containsExactly(List.of("slow"), List.of("slow", "a", "b"), List.of("slow"));
        judge.finishesSlowOnes = true;
        judge.gate.release(1);
        assertThat(take(1)).containsExactly("slow judged");
    }

    @Test
    void theMostUrgentJoinFirst() throws InterruptedException {
        occupy();
        submit("relaxed", FAR);
        submit("urgent", NOW_MS + 1);
        submit("soon", NOW_MS + 2);
        submit("soon, but later", NOW_MS + 2);
        awaitPrepared();
        judge.gate.release(3);

        take(5);

        assertThat(judge.steps)
                .startsWith(List.of("first"), List.of("urgent", "soon", "soon, but later"), List.of("relaxed"));
    }

    @Test
    void aStepThatThrowsFailsWhatIsInItAndTheNextOnesGoOn() throws InterruptedException {
        occupy();
        submit("a", FAR);
        submit("huge", FAR);
        awaitPrepared();
        judge.gate.release(10);

        assertThat(take(3))
                .containsExactlyInAnyOrder(
                        "first judged", "a failed: device memory exhausted", "huge failed: device memory exhausted");
        submit("next", FAR);
        judge.lateOnes.countDown();
        assertThat(take(2)).contains("next judged");
        assertThat(judge.cancelled).containsExactlyInAnyOrder("a", "huge");
        assertThat(engine.statistics().failedPairs()).isEqualTo(2);
    }

    @Test
    void aPairThatCannotBePreparedFailsAlone() throws InterruptedException {
        judge.gate.release(10);

        submit("unpreparable", FAR);
        assertThat(take(1)).containsExactly("unpreparable failed: no words");
        submit("next", FAR);

        assertThat(take(1)).containsExactly("next judged");
        assertThat(engine.statistics().inFlight()).isZero();
        assertThat(engine.statistics().failedPairs()).isEqualTo(1);
    }

    @Test
    void aPairWhoseResultIsNoJudgmentFailsAlone() throws InterruptedException {
        occupy();
        submit("absurd", FAR);
        submit("a", FAR);
        awaitPrepared();
        judge.gate.release(10);

        assertThat(take(3)).containsExactlyInAnyOrder("first judged", "absurd failed: not in [0, 1]", "a judged");
        submit("next", FAR);
        judge.lateOnes.countDown();
        assertThat(take(2)).contains("next judged");
    }

    @Test
    void doesNotJudgeWhatIsOverdueOrCancelled() throws InterruptedException {
        occupy();
        submit("overdue", NOW_MS);
        InferenceEngine.Ticket cancelled = submit("cancelled", FAR);
        submit("wanted", FAR);
        cancelled.cancel();
        cancelled.cancel();
        judge.gate.release(10);

        assertThat(take(3)).containsExactlyInAnyOrder("first judged", "overdue expired", "wanted judged");
        assertThat(judge.steps).containsExactly(List.of("first"), List.of("wanted"));
        assertThat(engine.statistics().inFlight()).isZero();
        assertThat(engine.statistics().expiredPairs()).isEqualTo(1);
        assertThat(engine.statistics().cancelledPairs()).isEqualTo(1);
    }

    @Test
    void whatExpiresAtTheModelLeavesItBeforeTheNextStep() throws InterruptedException {
        submit("slow", NOW_MS + 10);
        judge.entered.acquire();
        submit("slow too", FAR);
        awaitPrepared();
        nowMs.set(NOW_MS + 10);
        judge.gate.release(1);
        judge.entered.acquire();

        assertThat(take(1)).containsExactly("slow expired");
        assertThat(judge.cancelled).containsExactly("slow");
        assertThat(judge.steps).containsExactly(List.of("slow"), List.of("slow too"));
        assertThat(engine.statistics().expiredPairs()).isEqualTo(1);
    }

    @Test
    void whatIsCancelledAtTheModelLeavesItBeforeTheNextStep() throws InterruptedException {
        InferenceEngine.Ticket ticket = submit("slow", FAR);
        judge.entered.acquire();
        submit("next", FAR);
        awaitPrepared();

        ticket.cancel();
        judge.gate.release(2);

        assertThat(take(1)).containsExactly("next judged");
        assertThat(judge.cancelled).containsExactly("slow");
        assertThat(judge.steps).containsExactly(List.of("slow"), List.of("next"));
    }

    @Test
    void saysNothingAboutAPairCancelledInItsLastStep() throws InterruptedException {
        InferenceEngine.Ticket ticket = occupy();

        ticket.cancel();
        submit("next", FAR);
        judge.gate.release(2);

        assertThat(take(1)).containsExactly("next judged");
        assertThat(engine.statistics().inFlight()).isZero();
    }

    @Test
    void isFullFromItsCapacityOnUntilAPairIsSettled() throws InterruptedException {
        occupy();
        submit("a", FAR);
        assertThat(engine.isFull()).isFalse();
        submit("b", FAR);
        submit("c", FAR);
        assertThat(engine.isFull()).isTrue();

        judge.gate.release(10);
        take(4);

        assertThat(engine.isFull()).isFalse();
    }

    @Test
    void preparesABoundedNumberOfPairsAheadOfTheModel() throws InterruptedException {
        occupy();
        for (int i = 0; i < 400; i++) {
            submit("d" + i, FAR);
        }
        judge.preparedOnes.acquire(128);
        judge.gate.release(1_000);

        assertThat(take(401)).hasSize(401).allMatch(outcome -> outcome.endsWith(" judged"));
        // One more than the bound where a pair has left the queue and not yet reached the model.
        assertThat(judge.mostAhead).hasValueBetween(128, 129);
    }

    @Test
    void closesTheModelAndForgetsWhatWaits() throws InterruptedException {
        occupy();
        submit("forgotten", FAR);
        Thread closer = new Thread(engine::close);
        closer.start();
        while (closer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        judge.gate.release(10);
        closer.join();

        assertThat(judge.closed.await(0, TimeUnit.SECONDS)).isTrue();
        assertThat(judge.steps).containsExactly(List.of("first"));
        submit("too late", FAR);
        assertThat(outcomes).containsExactly("first judged");
    }

    /** Gives the engine a first pair to judge and returns when it is at it, behind the gate. */
    private InferenceEngine.Ticket occupy() throws InterruptedException {
        InferenceEngine.Ticket ticket = submit("first", FAR);
        judge.entered.acquire();
        return ticket;
    }

    /** Returns when everything submitted so far is ready for the model: the least urgent, this one, is being prepared. */
    private void awaitPrepared() throws InterruptedException {
        submit("late", FAR);
        judge.atLateOne.await();
    }

    private InferenceEngine.Ticket submit(String docId, long deadlineMs) {
        Pair pair = new Pair(new Query("q", "which lamp"), new Candidate(docId, "", "", 0, 1), Pair.Task.LABEL, null);
        return engine.submit(pair, deadlineMs, outcome -> outcomes.add(docId + " " + describe(outcome)));
    }

    private List<String> take(int count) throws InterruptedException {
        List<String> taken = new ArrayList<>();
        while (taken.size() < count) {
            taken.add(outcomes.take());
        }
        return taken;
    }

    private static String describe(Outcome outcome) {
        if (outcome instanceof Outcome.Failed failed) {
            return "failed: " + failed.error().getMessage();
        }
        return outcome instanceof Outcome.Expired ? "expired" : "judged";
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(nowMs.get());
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }

    /** Takes up to three pairs and runs a step for each permit of the gate; some documents have their ways. */
    private static final class GatedJudge implements PairJudge {
        final Semaphore gate = new Semaphore(0);
        final Semaphore entered = new Semaphore(0);
        final CountDownLatch atLateOne = new CountDownLatch(1);
        final CountDownLatch lateOnes = new CountDownLatch(1);
        final CountDownLatch closed = new CountDownLatch(1);
        final List<List<String>> steps = new CopyOnWriteArrayList<>();
        final List<String> cancelled = new CopyOnWriteArrayList<>();
        final Semaphore preparedOnes = new Semaphore(0);
        final AtomicInteger mostAhead = new AtomicInteger();
        volatile boolean finishesSlowOnes;

        private final AtomicInteger ahead = new AtomicInteger();
        private final List<Started> started = new ArrayList<>();

        private record Started(Request request) implements Judging {
            String docId() {
                return ((Pair) request).candidate().docId();
            }

            @Override
            public Judgment judgment() {
                if (docId().equals("absurd")) {
                    throw new IllegalArgumentException("not in [0, 1]");
                }
                return new Judgment.Judged(new LabelDistribution(1, 0, 0), "");
            }
        }

        @Override
        public Judging prepare(Request request) {
            String docId = ((Pair) request).candidate().docId();
            if (docId.equals("late")) {
                atLateOne.countDown();
                awaitLateOnes();
            }
            if (docId.equals("unpreparable")) {
                throw new StackOverflowError("no words");
            }
            mostAhead.accumulateAndGet(ahead.incrementAndGet(), Math::max);
            preparedOnes.release();
            return new Started(request);
        }

        private void awaitLateOnes() {
            try {
                lateOnes.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public boolean hasRoom() {
            return started.size() < 3;
        }

        @Override
        public void start(Judging judging) {
            ahead.decrementAndGet();
            started.add((Started) judging);
        }

        @Override
        public void cancel(Judging judging) {
            started.remove((Started) judging);
            cancelled.add(((Started) judging).docId());
        }

        @Override
        public List<Judging> step() {
            List<String> docIds = started.stream().map(Started::docId).toList();
            steps.add(docIds);
            entered.release();
            gate.acquireUninterruptibly();
            if (docIds.contains("huge")) {
                throw new OutOfMemoryError("device memory exhausted");
            }
            List<Judging> judged = started.stream()
                    .filter(one -> finishesSlowOnes || !one.docId().startsWith("slow"))
                    .<Judging>map(one -> one)
                    .toList();
            started.removeAll(judged);
            return judged;
        }

        @Override
        public StepStatistics statistics() {
            return StepStatistics.of(steps.size(), 0, 0, started.size());
        }

        @Override
        public Identity identity() {
            return new Identity("tiny-0001", "compact-v1", Mode.LABEL, Map.of());
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
