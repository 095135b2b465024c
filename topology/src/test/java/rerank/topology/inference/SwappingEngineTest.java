package rerank.topology.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
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
import rerank.schemas.CanaryShare;

class SwappingEngineTest {
    private static final long FAR = Long.MAX_VALUE;

    private final ByHand first = new ByHand("first");
    private final ByHand second = new ByHand("second");
    private final SwappingEngine engine = new SwappingEngine(first);
    private final List<String> answeredBy = new ArrayList<>();

    @Test
    void whatIsInFlightStaysWhereItIsAndTheRestGoesToTheNewOne() throws Exception {
        submit("q-1");
        engine.serve(second, null, 0);
        submit("q-2");

        assertThat(engine.identity().modelVersion()).isEqualTo("second");
        assertThat(first.closed.getCount()).as("it has a pair in flight").isEqualTo(1);
        assertThat(engine.retiring()).isEqualTo(1);

        second.answerAll();
        first.answerAll();

        assertThat(answeredBy).containsExactly("second", "first");
        assertThat(first.closed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(engine.awaitRetired(10_000)).isTrue();
        assertThat(second.closed.getCount()).isEqualTo(1);
    }

    @Test
    void anIdleEngineIsClosedAtOnce() throws Exception {
        engine.serve(second, null, 0);

        assertThat(first.closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aCancelledPairHoldsNobodyUp() throws Exception {
        InferenceEngine.Ticket ticket = submit("q-1");
        engine.serve(second, null, 0);

        ticket.cancel();
        ticket.cancel();

        assertThat(first.closed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(answeredBy).isEmpty();
    }

    @Test
    void aCanaryGetsItsShareAndSaysSo() {
        engine.serve(first, second, 0.3);

        for (int i = 0; i < 200; i++) {
            String query = "q-" + i;
            String expected = CanaryShare.holds(query, 0.3) ? "second" : "first";
            assertThat(engine.identity(query).modelVersion()).isEqualTo(expected);
            answeredBy.clear();
            submit(query);
            first.answerAll();
            second.answerAll();
            assertThat(answeredBy).containsExactly(expected);
        }
    }

    @Test
    void aPromotedCanaryIsNotClosedButItsPredecessorIs() throws Exception {
        engine.serve(first, second, 0.3);
        engine.serve(second, null, 0);

        assertThat(first.closed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(second.closed.getCount()).isEqualTo(1);
    }

    @Test
    void isFullWhenOneOfThoseThatServeIs() {
        engine.serve(first, second, 0.3);
        assertThat(engine.isFull()).isFalse();

        second.full = true;

        assertThat(engine.isFull()).isTrue();
    }

    @Test
    void figuresOfClosedEnginesAreKept() throws Exception {
        submit("q-1");
        first.answerAll();
        engine.serve(second, null, 0);
        assertThat(engine.awaitRetired(10_000)).isTrue();
        submit("q-2");

        assertThat(engine.statistics().failedPairs()).isEqualTo(7 + 7);
        assertThat(engine.statistics().inFlight()).isEqualTo(1);
        assertThat(engine.statistics().steps().cacheBytes())
                .as("of the one that is open")
                .isEqualTo(10);
    }

    @Test
    void closesEverything() {
        submit("q-1");
        engine.serve(second, null, 0);

        engine.close();

        assertThat(first.closed.getCount()).isZero();
        assertThat(second.closed.getCount()).isZero();
    }

    /** Pairs from several threads while engines come and go: each is answered once, none by an engine that was closed. */
    @Test
    @Timeout(60)
    void nothingIsLostOrAnsweredTwiceInARace() throws Exception {
        int pairs = 3000;
        AtomicInteger[] answers =
                IntStream.range(0, pairs).mapToObj(i -> new AtomicInteger()).toArray(AtomicInteger[]::new);
        ConcurrentLinkedQueue<AtAnotherTime> made = new ConcurrentLinkedQueue<>();
        SwappingEngine racing = new SwappingEngine(next(made, 0));
        ExecutorService threads = Executors.newFixedThreadPool(3);
        CountDownLatch submitted = new CountDownLatch(3);
        for (int thread = 0; thread < 3; thread++) {
            int from = thread;
            threads.execute(() -> {
                for (int i = from; i < pairs; i += 3) {
                    AtomicInteger mine = answers[i];
                    racing.submit(pair("q-" + i), FAR, outcome -> mine.incrementAndGet());
                }
                submitted.countDown();
            });
        }
        int swaps = 0;
        while (!submitted.await(0, TimeUnit.MILLISECONDS)) {
            racing.serve(next(made, ++swaps), next(made, ++swaps), 0.5);
        }
        racing.serve(next(made, ++swaps), null, 0);

        assertThat(racing.awaitRetired(30_000)).isTrue();
        threads.shutdown();
        made.forEach(AtAnotherTime::finish);
        assertThat(answers).allMatch(count -> count.get() == 1);
        assertThat(made).noneMatch(engine -> engine.askedAfterClose);
        assertThat(made.stream().filter(engine -> engine.isClosed).count()).isEqualTo(swaps);
    }

    private static AtAnotherTime next(ConcurrentLinkedQueue<AtAnotherTime> made, int number) {
        AtAnotherTime engine = new AtAnotherTime("v" + number);
        made.add(engine);
        return engine;
    }

    private InferenceEngine.Ticket submit(String queryId) {
        return engine.submit(
                pair(queryId),
                FAR,
                outcome -> answeredBy.add(((Outcome.Answered) outcome).by().modelVersion()));
    }

    private static Pair pair(String queryId) {
        return new Pair(new Query(queryId, "text", ""), new Candidate("d", "", "", 1, 1), Pair.Task.LABEL, null);
    }

    private static PairJudge.Identity named(String version) {
        return new PairJudge.Identity(version, "compact-v1", Mode.LABEL, Map.of());
    }

    private static final class ByHand implements InferenceEngine {
        private final PairJudge.Identity identity;
        private final List<Consumer<Outcome>> waiting = new ArrayList<>();
        final CountDownLatch closed = new CountDownLatch(1);
        boolean full;

        ByHand(String version) {
            identity = named(version);
        }

        void answerAll() {
            List<Consumer<Outcome>> all = List.copyOf(waiting);
            waiting.clear();
            all.forEach(next -> next.accept(
                    new Outcome.Answered(new Judgment.Judged(new LabelDistribution(1, 0, 0), ""), identity)));
        }

        @Override
        public PairJudge.Identity identity() {
            return identity;
        }

        @Override
        public Ticket submit(Request request, long deadlineMs, Consumer<Outcome> whenDone) {
            waiting.add(whenDone);
            return () -> waiting.remove(whenDone);
        }

        @Override
        public boolean isFull() {
            return full;
        }

        @Override
        public EngineStatistics statistics() {
            return new EngineStatistics(
                    waiting.size(), 7, 0, 0, new StepStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 5, 20));
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    /** Answers on a thread of its own. */
    private static final class AtAnotherTime implements InferenceEngine {
        private final PairJudge.Identity identity;
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        volatile boolean askedAfterClose;
        volatile boolean isClosed;

        AtAnotherTime(String version) {
            identity = named(version);
        }

        @Override
        public PairJudge.Identity identity() {
            return identity;
        }

        @Override
        public Ticket submit(Request request, long deadlineMs, Consumer<Outcome> whenDone) {
            if (isClosed) {
                askedAfterClose = true;
                return () -> {};
            }
            thread.execute(() -> whenDone.accept(new Outcome.Expired()));
            return () -> {};
        }

        void finish() {
            thread.shutdown();
            try {
                assertThat(thread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public EngineStatistics statistics() {
            return EngineStatistics.NONE;
        }

        @Override
        public void close() {
            isClosed = true;
            thread.shutdown();
        }
    }
}
