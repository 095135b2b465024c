package rerank.topology;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import rerank.schemas.CandidateEvent;
import rerank.schemas.Experience;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedResults;
import rerank.schemas.TopicNames;
import rerank.schemas.internal.CandidateState;
import rerank.schemas.internal.FeedbackWindow;
import rerank.schemas.internal.PairJudgment;
import rerank.schemas.internal.PairRequest;
import rerank.schemas.internal.QueryProgress;
import rerank.schemas.internal.QueryState;
import rerank.topology.Judging.Placement;
import rerank.topology.inference.InferenceEngine;

/**
 * The graph, with every node, store and topic by name.
 *
 * <pre>
 * owner:    queries, candidates ──▶ rank ──▶ ranked-results, dead-letters
 *
 * fan-out:  queries, candidates, judgments ──▶ rank ──▶ ranked-results, dead-letters, pairs
 *           pairs ──▶ judge ──▶ judgments, dead-letters
 *
 * both:     rank, feedback ──▶ attribute ──▶ experience, dead-letters      (in the task of rank)
 * </pre>
 */
public final class RerankTopology {
    static final String RESULTS_SINK = "to-ranked-results";
    static final String DEAD_LETTERS_SINK = "to-dead-letters";
    static final String PAIRS_SINK = "to-pairs";
    static final String JUDGMENTS_SINK = "to-judgments";
    static final String JUDGE_DEAD_LETTERS_SINK = "judge-to-dead-letters";

    static final String EXPERIENCE_SINK = "to-experience";
    static final String ATTRIBUTE_DEAD_LETTERS_SINK = "attribute-to-dead-letters";
    static final String ATTRIBUTE = "attribute";

    private static final String RANK = "rank";
    private static final String JUDGE = "judge";
    private static final Duration WEEK = Duration.ofDays(7);
    private static final String LARGEST_RECORD_BYTES = "4194304";

    private final Topology topology = new Topology();
    private final RerankSettings settings;
    private final TopicNames topics;
    private final EventSerdes serdes;
    private final InferenceEngine engine;
    private final RerankCounters counters;

    private RerankTopology(
            RerankSettings settings, EventSerdes serdes, InferenceEngine engine, RerankCounters counters) {
        this.settings = settings;
        this.topics = settings.topics();
        this.serdes = serdes;
        this.engine = engine;
        this.counters = counters;
    }

    /**
     * Builds the graph; starts nothing.
     *
     * @param settings names, bounds, deadlines and placement
     * @param registry keys of the schema registry's client
     * @param engine judges the pairs of all tasks
     * @param counters what all tasks count in
     */
    public static Topology create(
            RerankSettings settings, Map<String, ?> registry, InferenceEngine engine, RerankCounters counters) {
        RerankTopology graph = new RerankTopology(settings, new EventSerdes(registry), engine, counters);
        graph.addOwner();
        if (settings.judging().placement() == Placement.FAN_OUT) {
            graph.addFanOut();
        } else {
            graph.topology.addStateStore(graph.pendingStore(), RANK);
        }
        if (settings.attribution().isOn()) {
            graph.addAttribution();
        }
        return graph.topology;
    }

    private void addOwner() {
        addSource(topics.queries(), QueryEvent.class);
        addSource(topics.candidates(), CandidateEvent.class);
        String[] sources = {from(topics.queries()), from(topics.candidates())};
        if (settings.judging().placement() == Placement.FAN_OUT) {
            addSource(topics.judgments(), PairJudgment.class);
            sources = new String[] {sources[0], sources[1], from(topics.judgments())};
        }
        topology.addProcessor(RANK, () -> new RankProcessor(settings, engine, counters, serdes), sources);
        Serde<String> text = Serdes.String();
        addStore(QueryStores.QUERIES, text, EventSerdes.inStores(QueryState.getEncoder(), QueryState.getDecoder()));
        addStore(
                QueryStores.PROGRESS,
                text,
                EventSerdes.inStores(QueryProgress.getEncoder(), QueryProgress.getDecoder()));
        addStore(
                QueryStores.CANDIDATES,
                PairKey.serde(),
                EventSerdes.inStores(CandidateState.getEncoder(), CandidateState.getDecoder()));
        addStore(QueryStores.DOCUMENTS, PairKey.serde(), text);
        addStore(QueryStores.TIMERS, text, Serdes.ByteArray());
        addSink(RESULTS_SINK, topics.rankedResults(), RankedResults.class, RANK);
        addDeadLetters(DEAD_LETTERS_SINK, RANK);
    }

    private void addFanOut() {
        addSink(PAIRS_SINK, topics.pairs(), PairRequest.class, RANK);
        addSource(topics.pairs(), PairRequest.class);
        topology.addProcessor(
                JUDGE, () -> new JudgeProcessor(settings, engine, counters, serdes), from(topics.pairs()));
        topology.addStateStore(pendingStore(), JUDGE);
        addSink(JUDGMENTS_SINK, topics.judgments(), PairJudgment.class, JUDGE);
        addDeadLetters(JUDGE_DEAD_LETTERS_SINK, JUDGE);
    }

    private void addAttribution() {
        addSource(topics.feedback(), FeedbackEvent.class);
        topology.addProcessor(
                ATTRIBUTE, () -> new AttributeProcessor(settings, counters, serdes), RANK, from(topics.feedback()));
        Serde<String> text = Serdes.String();
        topology.addStateStore(
                store(
                        Stores.inMemoryKeyValueStore(FeedbackWindows.WINDOWS),
                        text,
                        EventSerdes.inStores(FeedbackWindow.getEncoder(), FeedbackWindow.getDecoder()),
                        attributionChangelog()),
                ATTRIBUTE);
        // On disk, for it holds texts and is large; it is read once, when its window closes.
        topology.addStateStore(
                store(
                        Stores.persistentKeyValueStore(FeedbackWindows.IMPRESSIONS),
                        text,
                        EventSerdes.inStores(Experience.getEncoder(), Experience.getDecoder()),
                        attributionChangelog()),
                ATTRIBUTE);
        addSink(EXPERIENCE_SINK, topics.experience(), Experience.class, ATTRIBUTE);
        addDeadLetters(ATTRIBUTE_DEAD_LETTERS_SINK, ATTRIBUTE);
    }

    private <T extends SpecificRecord> void addSource(String topic, Class<T> type) {
        topology.addSource(
                from(topic),
                new ByteArrayDeserializer(),
                Received.deserializer(serdes.onTopics(type).deserializer()),
                topic);
    }

    private <T extends SpecificRecord> void addSink(String name, String topic, Class<T> type, String parent) {
        topology.addSink(
                name, topic, new StringSerializer(), serdes.onTopics(type).serializer(), parent);
    }

    private void addDeadLetters(String name, String parent) {
        topology.addSink(name, topics.deadLetters(), new ByteArraySerializer(), new ByteArraySerializer(), parent);
    }

    /** In memory: after a crash the changelog is replayed in any case, and it holds work in flight only. */
    private <K, V> void addStore(String name, Serde<K> keys, Serde<V> values) {
        topology.addStateStore(
                store(Stores.inMemoryKeyValueStore(name), keys, values, changelog(longestQuery())), RANK);
    }

    /**
     * On disk, the one store that is: a process with a store on disk keeps its id, and with it the transactional ids
     * by which a restarted worker ends the transactions of the one that died, instead of waiting for their time-out.
     */
    private StoreBuilder<KeyValueStore<PairKey, PairRequest>> pendingStore() {
        return store(
                Stores.persistentKeyValueStore(InFlightPairs.PENDING),
                PairKey.serde(),
                EventSerdes.inStores(PairRequest.getEncoder(), PairRequest.getDecoder()),
                changelog(longestQuery()));
    }

    private <K, V> StoreBuilder<KeyValueStore<K, V>> store(
            KeyValueBytesStoreSupplier supplier, Serde<K> keys, Serde<V> values, Map<String, String> changelog) {
        return Stores.keyValueStoreBuilder(supplier, keys, values)
                .withCachingDisabled()
                .withLoggingEnabled(changelog);
    }

    private Duration longestQuery() {
        return settings.timing()
                .maxQueryTimeout()
                .plus(settings.timing().orphanTtl())
                .plus(settings.timing().doneTtl());
    }

    /** A week at least, so that the window may be lengthened later: an existing changelog keeps its settings. */
    private Map<String, String> attributionChangelog() {
        Duration longest = settings.attribution()
                .window()
                .plus(settings.timing().orphanTtl())
                .plus(settings.timing().doneTtl());
        Map<String, String> changelog = new HashMap<>(changelog(longest.compareTo(WEEK) < 0 ? WEEK : longest));
        changelog.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, LARGEST_RECORD_BYTES);
        return changelog;
    }

    /** Short segments and eager compaction: what the changelog holds is what a restart waits for. */
    private static Map<String, String> changelog(Duration longestLife) {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                "compact,delete",
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(longestLife.multipliedBy(2).toMillis()),
                TopicConfig.SEGMENT_MS_CONFIG,
                Long.toString(Duration.ofMinutes(10).toMillis()),
                TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                "0.1");
    }

    private static String from(String topic) {
        return "from-" + topic;
    }
}
