package rerank.topology.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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

@Timeout(30)
class BatchingEngineTest {
    private static final long FAR = Long.MAX_VALUE;
    private static final long NOW_MS = 1_000;

    private final GatedJudge judge = new GatedJudge();
    private final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
    private BatchingEngine engine = engine(3, Duration.ZERO);

    @AfterEach
    void close() {
        judge.gate.release(1_000);
        engine.close();
    }

    @Test
    void judgesTogetherWhatGatheredMeanwhile() throws InterruptedException {
        occupy();
        submit("a", FAR);
        submit("b", FAR);
        submit("c", FAR);
        submit("d", FAR);
        judge.gate.release(3);

        assertThat(take(5)).containsExactly("first judged", "a judged", "b judged", "c judged", "d judged");
        assertThat(judge.batches).containsExactly(List.of("first"), List.of("a", "b", "c"), List.of("d"));
        assertThat(engine.statistics().largestBatch()).isEqualTo(3);
        assertThat(engine.statistics().meanBatch()).isEqualTo(5 / 3.0);
    }

    @Test
    void judgesTheMostUrgentFirst() throws InterruptedException {
        occupy();
        submit("relaxed", FAR);
        submit("urgent", NOW_MS + 1);
        submit("soon", NOW_MS + 2);
        submit("soon, but later", NOW_MS + 2);
        judge.gate.release(3);

        take(5);

        assertThat(judge.batches)
                .containsExactly(List.of("first"), List.of("urgent", "soon", "soon, but later"), List.of("relaxed"));
    }

    @Test
    void waitsForMoreNoLongerThanToldTo() throws InterruptedException {
        engine.close();
        engine = engine(3, Duration.ofMillis(1));
        judge.gate.release(1);

        submit("alone", FAR);

        assertThat(take(1)).containsExactly("alone judged");
    }

    @Test
    void waitsNotAtAllOnceABatchIsFull() throws InterruptedException {
        engine.close();
        engine = engine(2, Duration.ofHours(1));
        judge.gate.release(1);

        submit("a", FAR);
        submit("b", FAR);

        assertThat(take(2)).containsExactly("a judged", "b judged");
    }

    @Test
    void letsAPoisonedPairFailAlone() throws InterruptedException {
        occupy();
        submit("a", FAR);
        submit("poison", FAR);
        submit("c", FAR);
        judge.gate.release(10);

        assertThat(take(4)).containsExactly("first judged", "a judged", "poison failed: poisoned", "c judged");
        assertThat(engine.statistics().failedPairs()).isEqualTo(1);
        submit("next", FAR);
        assertThat(take(1)).containsExactly("next judged");
    }

    @Test
    void treatsAWrongNumberOfJudgmentsAsAFailure() throws InterruptedException {
        judge.gate.release(10);

        submit("short", FAR);

        assertThat(take(1)).containsExactly("short failed: the model gave 0 judgments for 1 pairs");
    }

    @Test
    void survivesRunningOutOfMemory() throws InterruptedException {
        judge.gate.release(10);

        submit("huge", FAR);
        submit("next", FAR);

        assertThat(take(2)).containsExactly("huge failed: device memory exhausted", "next judged");
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

        assertThat(take(3)).containsExactly("first judged", "overdue expired", "wanted judged");
        assertThat(judge.batches).containsExactly(List.of("first"), List.of("wanted"));
        assertThat(engine.statistics().inFlight()).isZero();
        assertThat(engine.statistics().expiredPairs()).isEqualTo(1);
    }

    @Test
    void saysNothingAboutAPairCancelledWhileItIsJudged() throws InterruptedException {
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
        assertThat(judge.batches).containsExactly(List.of("first"));
        submit("too late", FAR);
        assertThat(outcomes).containsExactly("first judged");
    }

    /** Gives the engine a first pair to judge and returns when it is at it, behind the gate. */
    private InferenceEngine.Ticket occupy() throws InterruptedException {
        InferenceEngine.Ticket ticket = submit("first", FAR);
        judge.entered.acquire();
        return ticket;
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

    private BatchingEngine engine(int maxPairs, Duration maxWait) {
        Clock clock = Clock.fixed(Instant.ofEpochMilli(NOW_MS), ZoneOffset.UTC);
        return BatchingEngine.start(judge, new BatchingSettings(maxPairs, maxWait, 4), clock);
    }

    /** Judges a batch for each permit of the gate; fails on some documents. */
    private static final class GatedJudge implements PairJudge {
        final Semaphore gate = new Semaphore(0);
        final Semaphore entered = new Semaphore(0);
        final CountDownLatch closed = new CountDownLatch(1);
        final List<List<String>> batches = new ArrayList<>();

        @Override
        public List<Judgment> judge(List<Pair> pairs) {
            List<String> docIds =
                    pairs.stream().map(pair -> pair.candidate().docId()).toList();
            batches.add(docIds);
            entered.release();
            gate.acquireUninterruptibly();
            if (docIds.contains("poison")) {
                throw new IllegalStateException("poisoned");
            }
            if (docIds.contains("huge")) {
                throw new OutOfMemoryError("device memory exhausted");
            }
            if (docIds.contains("short")) {
                return List.of();
            }
            return pairs.stream()
                    .<Judgment>map(pair -> new Judgment.Judged(new LabelDistribution(1, 0, 0), ""))
                    .toList();
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
