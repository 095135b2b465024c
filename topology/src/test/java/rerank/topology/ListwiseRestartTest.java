package rerank.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;
import rerank.schemas.CandidateDocument;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;
import rerank.schemas.internal.CandidateState;
import rerank.schemas.internal.PairRequest;
import rerank.schemas.internal.QueryProgress;
import rerank.schemas.internal.QueryState;
import rerank.topology.Judging.Placement;

/** A task that moves, or dies, between two windows of a query: whoever has its stores goes on with the order in them. */
class ListwiseRestartTest {
    private final RerankSettings settings =
            TopologyRig.settings(Placement.OWNER, new Limits(1000, 20_000, 32_768, 900_000));
    private final EventSerdes serdes = new EventSerdes(Map.of("schema.registry.url", "mock://restart"));
    private final RerankCounters counters = new RerankCounters();
    private final MockProcessorContext<Object, Object> context = new MockProcessorContext<>();

    @Test
    void goesOnWithTheStoredOrderAfterACrashBetweenWindows() {
        addStores();
        HandCompletedEngine first = engine();
        RankProcessor dying = start(first);
        send(dying, TopologyRig.query("q", 40).setMode("listwise").build());
        send(dying, TopologyRig.candidatesOf("q", documents(40)));
        first.order(ListwiseRestartTest::number);
        context.scheduledPunctuators().get(0).getPunctuator().punctuate(0);
        List<String> secondWindow = docIds(first);
        dying.close();

        HandCompletedEngine second = engine();
        start(second);

        assertThat(docIds(second)).isEqualTo(secondWindow);
        assertThat(counters.snapshot().pairsAskedAgain()).isEqualTo(1);
        while (!second.asked().isEmpty()) {
            second.order(ListwiseRestartTest::number);
            context.scheduledPunctuators().get(1).getPunctuator().punctuate(0);
        }
        List<RankedResults> answers = answers();
        assertThat(answers).hasSize(1);
        assertThat(answers.get(0).getStatus()).isEqualTo(RankingStatus.COMPLETE);
        assertThat(TopologyRig.docIds(answers.get(0)))
                .hasSize(40)
                .doesNotHaveDuplicates()
                .startsWith("d39", "d38", "d37", "d36", "d35", "d34", "d33", "d32", "d31", "d30");
    }

    private List<RankedResults> answers() {
        List<RankedResults> answers = new ArrayList<>();
        context.forwarded().forEach(forwarded -> {
            if (forwarded.record().value() instanceof RankedResults results) {
                answers.add(results);
            }
        });
        return answers;
    }

    private RankProcessor start(HandCompletedEngine engine) {
        RankProcessor processor = new RankProcessor(settings, engine, counters, serdes);
        processor.init(context);
        return processor;
    }

    private static HandCompletedEngine engine() {
        HandCompletedEngine engine = new HandCompletedEngine();
        engine.identity =
                new PairJudge.Identity("tiny-0001", "interank-chat-v1", Mode.LISTWISE, Set.of(Mode.LISTWISE), Map.of());
        return engine;
    }

    private static void send(RankProcessor processor, SpecificRecord event) {
        processor.process(new Record<>("q".getBytes(StandardCharsets.UTF_8), new Received(new byte[0], event), 0));
    }

    private static CandidateDocument[] documents(int count) {
        CandidateDocument[] documents = new CandidateDocument[count];
        for (int i = 0; i < count; i++) {
            documents[i] = TopologyRig.candidate("d" + i, count - i);
        }
        return documents;
    }

    private static List<String> docIds(HandCompletedEngine engine) {
        return engine.window().candidates().stream().map(Candidate::docId).toList();
    }

    private static double number(Candidate candidate) {
        return Integer.parseInt(candidate.docId().substring(1));
    }

    private void addStores() {
        context.setCurrentSystemTimeMs(TopologyRig.START_MS);
        add(
                QueryStores.QUERIES,
                Serdes.String(),
                EventSerdes.inStores(QueryState.getEncoder(), QueryState.getDecoder()));
        add(
                QueryStores.PROGRESS,
                Serdes.String(),
                EventSerdes.inStores(QueryProgress.getEncoder(), QueryProgress.getDecoder()));
        add(
                QueryStores.CANDIDATES,
                PairKey.serde(),
                EventSerdes.inStores(CandidateState.getEncoder(), CandidateState.getDecoder()));
        add(QueryStores.DOCUMENTS, PairKey.serde(), Serdes.String());
        add(QueryStores.TIMERS, Serdes.String(), Serdes.ByteArray());
        add(
                InFlightPairs.PENDING,
                PairKey.serde(),
                EventSerdes.inStores(PairRequest.getEncoder(), PairRequest.getDecoder()));
    }

    private <K, V> void add(String name, Serde<K> keys, Serde<V> values) {
        KeyValueStore<K, V> store = Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), keys, values)
                .withLoggingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        context.addStateStore(store);
    }
}
