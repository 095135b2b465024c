package rerank.topology;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.test.TestRecord;
import rerank.schemas.CandidateDocument;
import rerank.schemas.CandidateEvent;
import rerank.schemas.Experience;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.FeedbackKind;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RegistrySerde;
import rerank.schemas.TopicNames;
import rerank.topology.Judging.Placement;
import rerank.topology.worker.StoreMemory;

/** The topology on a test driver, with an engine that is completed by hand and a clock that is advanced by hand. */
final class TopologyRig implements AutoCloseable {
    static final long START_MS = 1_700_000_000_000L;
    static final Duration TICK = Duration.ofMillis(5);

    final HandCompletedEngine engine = new HandCompletedEngine();
    final RerankCounters counters = new RerankCounters();
    final TopicNames topics = new TopicNames("rerank.");
    final TopologyTestDriver driver;
    final TestInputTopic<byte[], byte[]> rawQueries;
    final TestInputTopic<byte[], byte[]> rawFeedback;
    final TestOutputTopic<byte[], byte[]> deadLetters;

    private final Map<String, String> registry;
    private long nowMs = START_MS;
    private final TestInputTopic<String, QueryEvent> queries;
    private final TestInputTopic<String, CandidateEvent> candidates;
    private final TestOutputTopic<String, RankedResults> results;
    private final TestInputTopic<String, FeedbackEvent> feedback;
    private final TestOutputTopic<String, Experience> experiences;
    private final Path state;

    TopologyRig(Placement placement) {
        this(settings(placement, new Limits(1000, 20_000, 32_768, 900_000)));
    }

    TopologyRig(RerankSettings settings) {
        this(settings, "mock://" + UUID.randomUUID());
    }

    TopologyRig(RerankSettings settings, String registryUrl) {
        registry = Map.of("schema.registry.url", registryUrl);
        try {
            state = Files.createTempDirectory("rerank-rig");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "rig");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        // Under exactly once the driver loses what error handlers write: it clears its producer before the commit.
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, StoreMemory.class);
        properties.putAll(DeadLetterHandling.properties(topics.deadLetters()));
        driver = new TopologyTestDriver(
                RerankTopology.create(settings, registry, engine, counters),
                properties,
                Instant.ofEpochMilli(START_MS));
        rawQueries = driver.createInputTopic(topics.queries(), new ByteArraySerializer(), new ByteArraySerializer());
        queries = driver.createInputTopic(
                topics.queries(),
                new StringSerializer(),
                serde(QueryEvent.class).serializer());
        candidates = driver.createInputTopic(
                topics.candidates(),
                new StringSerializer(),
                serde(CandidateEvent.class).serializer());
        results = driver.createOutputTopic(
                topics.rankedResults(),
                new StringDeserializer(),
                serde(RankedResults.class).deserializer());
        rawFeedback = driver.createInputTopic(topics.feedback(), new ByteArraySerializer(), new ByteArraySerializer());
        feedback = driver.createInputTopic(
                topics.feedback(),
                new StringSerializer(),
                serde(FeedbackEvent.class).serializer());
        experiences = driver.createOutputTopic(
                topics.experience(),
                new StringDeserializer(),
                serde(Experience.class).deserializer());
        deadLetters = driver.createOutputTopic(
                topics.deadLetters(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static RerankSettings settings(Placement placement, Limits limits) {
        return new RerankSettings(
                new TopicNames("rerank."),
                limits,
                new Timing(
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(60),
                        TICK),
                new Judging(placement, 4, 100, Duration.ofMillis(20)),
                new Answering(Optional.empty(), 2, OptionalDouble.empty()),
                Attribution.OFF,
                Exploration.NONE);
    }

    /** The settings above with feedback read. */
    static RerankSettings with(Placement placement, Attribution attribution, Exploration exploration) {
        RerankSettings settings = settings(placement, new Limits(1000, 20_000, 32_768, 900_000));
        return new RerankSettings(
                settings.topics(),
                settings.limits(),
                settings.timing(),
                settings.judging(),
                settings.answering(),
                attribution,
                exploration);
    }

    /** A serde of the rig's registry. */
    <T extends SpecificRecord> Serde<T> serde(Class<T> type) {
        Serde<T> serde = new RegistrySerde<>(type);
        serde.configure(registry, false);
        return serde;
    }

    static QueryEvent.Builder query(String id, int expected) {
        return QueryEvent.newBuilder()
                .setQueryId(id)
                .setText("which lamp attracts moths")
                .setExpectedCandidates(expected);
    }

    static CandidateDocument candidate(String docId, double score) {
        return CandidateDocument.newBuilder()
                .setDocId(docId)
                .setTitle("title of " + docId)
                .setText("text of " + docId)
                .setFirstStageScore(score)
                .build();
    }

    static CandidateEvent candidatesOf(String queryId, CandidateDocument... documents) {
        return CandidateEvent.newBuilder()
                .setQueryId(queryId)
                .setCandidates(Arrays.asList(documents))
                .build();
    }

    void send(QueryEvent.Builder query) {
        QueryEvent event = query.build();
        queries.pipeInput(event.getQueryId(), event);
    }

    void send(CandidateEvent event) {
        candidates.pipeInput(event.getQueryId(), event);
    }

    void send(String key, CandidateEvent event) {
        candidates.pipeInput(key, event);
    }

    /** Feedback with a document's position as it is not known, by nobody in particular. */
    static FeedbackEvent.Builder feedback(String queryId, String docId, FeedbackKind kind) {
        return FeedbackEvent.newBuilder().setQueryId(queryId).setDocId(docId).setKind(kind);
    }

    /** Sends feedback now, by the clock of the rig. */
    void send(FeedbackEvent.Builder event) {
        send(event.getQueryId(), event, clockMs());
    }

    void send(String key, FeedbackEvent.Builder event, long recordMs) {
        feedback.pipeInput(key, event.build(), recordMs);
    }

    /** What the clock shows, in milliseconds since the epoch. */
    long clockMs() {
        return nowMs;
    }

    /** Experiences since the last call. */
    List<Experience> experiences() {
        List<KeyValue<String, Experience>> all = experiences.readKeyValuesToList();
        all.forEach(entry -> {
            if (!entry.key.equals(entry.value.getQueryId())) {
                throw new AssertionError("the experience's key is " + entry.key);
            }
        });
        return all.stream().map(entry -> entry.value).toList();
    }

    /** The one experience since the last call. */
    Experience experience() {
        List<Experience> all = experiences();
        if (all.size() != 1) {
            throw new AssertionError("expected one experience, got " + all);
        }
        return all.get(0);
    }

    /** Sends candidates with falling first-stage scores. */
    void sendCandidates(String queryId, String... docIds) {
        CandidateDocument[] documents = new CandidateDocument[docIds.length];
        for (int i = 0; i < docIds.length; i++) {
            documents[i] = candidate(docIds[i], docIds.length - i);
        }
        send(candidatesOf(queryId, documents));
    }

    /** Says that no more candidates come. */
    void sendLast(String queryId) {
        send(CandidateEvent.newBuilder()
                .setQueryId(queryId)
                .setCandidates(List.of())
                .setLast(true)
                .build());
    }

    /** Lets one tick pass, by which finished judgments are taken. */
    void tick() {
        advance(TICK);
    }

    void advance(Duration duration) {
        nowMs += duration.toMillis();
        driver.advanceWallClockTime(duration);
    }

    /** The answers since the last call. */
    List<RankedResults> answers() {
        return results.readValuesToList();
    }

    /** The one answer since the last call. */
    RankedResults answer() {
        List<KeyValue<String, RankedResults>> all = results.readKeyValuesToList();
        if (all.size() != 1) {
            throw new AssertionError("expected one answer, got " + all);
        }
        if (!all.get(0).key.equals(all.get(0).value.getQueryId())) {
            throw new AssertionError("the answer's key is " + all.get(0).key);
        }
        return all.get(0).value;
    }

    static List<String> docIds(RankedResults results) {
        return results.getItems().stream().map(RankedItem::getDocId).toList();
    }

    /** Dead letters since the last call. */
    List<TestRecord<byte[], byte[]>> letters() {
        return deadLetters.readRecordsToList();
    }

    static String header(TestRecord<byte[], byte[]> letter, String name) {
        Header header = letter.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** How many entries all stores hold together. */
    int entriesInStores() {
        int entries = 0;
        for (String store : driver.getAllStateStores().keySet()) {
            try (KeyValueIterator<Object, Object> all =
                    driver.getKeyValueStore(store).all()) {
                while (all.hasNext()) {
                    all.next();
                    entries++;
                }
            }
        }
        return entries;
    }

    @Override
    public void close() {
        driver.close();
        try (var files = Files.walk(state)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
