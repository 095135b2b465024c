package rerank.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rerank.schemas.TopicNames;
import rerank.schemas.internal.PairJudgment;
import rerank.schemas.internal.PairRequest;
import rerank.schemas.internal.PairTask;
import rerank.topology.Judging.Placement;

class InFlightPairsTest {
    private final HandCompletedEngine engine = new HandCompletedEngine();
    private final RerankCounters counters = new RerankCounters();
    private final MockProcessorContext<Object, Object> context = new MockProcessorContext<>();
    private final KeyValueStore<PairKey, PairRequest> pending = pendingStore();
    private final InFlightPairs pairs = newOwner(10);

    @AfterEach
    void close() {
        pending.close();
    }

    @Test
    void isPendingUntilItsJudgmentIsTaken() {
        pairs.ask(request("q", "a"));
        assertThat(pending.get(new PairKey("q", "a"))).isEqualTo(request("q", "a"));

        engine.judge("a", 0.25);
        assertThat(pending.get(new PairKey("q", "a"))).isNotNull();

        assertThat(pairs.finished())
                .extracting(PairJudgment::getDocId, PairJudgment::getLabels)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("a", List.of(0.75, 0.0, 0.25)));
        assertThat(pending.get(new PairKey("q", "a"))).isNull();
        assertThat(pairs.finished()).isEmpty();
    }

    @Test
    void asksAgainForWhatAnEarlierOwnerLeft() {
        pairs.ask(request("q", "a"));
        pairs.ask(request("q", "b"));
        engine.judge("a", 0.5);
        pairs.close();
        assertThat(engine.asked()).isEmpty();

        InFlightPairs successor = newOwner(10);
        successor.askAgain();

        assertThat(engine.asked()).containsExactly("a", "b");
        assertThat(counters.snapshot().pairsAskedAgain()).isEqualTo(2);
        engine.judge("a", 0.5);
        engine.judge("b", 0.5);
        assertThat(pairs.finished()).as("the predecessor's").isEmpty();
        assertThat(successor.finished()).hasSize(2);
    }

    @Test
    void dropsAForgottenPairEvenWhenItIsJudgedAlready() {
        pairs.ask(request("q", "judged"));
        pairs.ask(request("q", "waiting"));
        engine.judge("judged", 0.5);

        pairs.forget("q", "judged");
        pairs.forget("q", "waiting");
        pairs.forget("q", "unknown");

        assertThat(pairs.finished()).isEmpty();
        assertThat(engine.asked()).isEmpty();
        assertThat(pending.all().hasNext()).isFalse();
    }

    @Test
    void takesOnlyTheJudgmentOfTheSecondAsking() {
        pairs.ask(request("q", "a"));
        engine.judge("a", 0.1);
        pairs.forget("q", "a");

        pairs.ask(request("q", "a"));
        assertThat(pairs.finished()).isEmpty();
        engine.judge("a", 0.9);

        assertThat(pairs.finished())
                .extracting(judgment -> judgment.getLabels().get(2))
                .containsExactly(0.9);
    }

    @Test
    void goesOnAtOnceWhenThereIsRoom() {
        int[] looks = {0};

        pairs.waitForRoom(() -> looks[0]++);

        assertThat(looks[0]).isZero();
    }

    @Test
    void waitsUntilAJudgmentMakesRoom() {
        InFlightPairs small = newOwner(1);
        small.ask(request("q", "a"));
        int[] looks = {0};

        small.waitForRoom(() -> {
            looks[0]++;
            if (looks[0] == 2) {
                engine.judge("a", 0.5);
            }
            small.finished();
        });

        assertThat(engine.asked()).isEmpty();
        assertThat(looks[0]).isBetween(2, 3);
    }

    @Test
    void goesOnAfterAWhileWhenTheEngineStaysFull() {
        engine.full = true;
        long start = System.nanoTime();

        pairs.waitForRoom(() -> {});

        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(50), Duration.ofSeconds(30));
    }

    private InFlightPairs newOwner(int maxInFlight) {
        TopicNames topics = new TopicNames("rerank.");
        DeadLetters letters = new DeadLetters(
                context,
                "to-dead-letters",
                topics,
                new EventSerdes(Map.of("schema.registry.url", "mock://in-flight")),
                counters);
        Judging settings = new Judging(Placement.OWNER, 1, maxInFlight, Duration.ofMillis(50));
        return new InFlightPairs(engine, pending, settings, letters, counters);
    }

    private static PairRequest request(String queryId, String docId) {
        return PairRequest.newBuilder()
                .setQueryId(queryId)
                .setDocId(docId)
                .setQueryText("which lamp")
                .setTask(PairTask.LABEL)
                .setDeadlineMs(Long.MAX_VALUE)
                .build();
    }

    private KeyValueStore<PairKey, PairRequest> pendingStore() {
        KeyValueStore<PairKey, PairRequest> store = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(InFlightPairs.PENDING),
                        PairKey.serde(),
                        EventSerdes.inStores(PairRequest.getEncoder(), PairRequest.getDecoder()))
                .withLoggingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        return store;
    }
}
