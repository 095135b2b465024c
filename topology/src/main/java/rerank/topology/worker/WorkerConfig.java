package rerank.topology.worker;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Properties;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import rerank.schemas.TopicNames;
import rerank.topology.Answering;
import rerank.topology.Attribution;
import rerank.topology.DeadLetterHandling;
import rerank.topology.Exploration;
import rerank.topology.Judging;
import rerank.topology.Limits;
import rerank.topology.RerankSettings;
import rerank.topology.Timing;

/**
 * What a worker is told, in Kafka's properties style; {@link WorkerKeys} documents every key. Besides those, keys that
 * begin with {@code streams.} (cut off), {@code consumer.}, {@code producer.} or {@code admin.} go to Kafka's clients,
 * and those of the schema registry's client go to it.
 */
public final class WorkerConfig {
    private final Map<String, String> given;
    private final AbstractConfig values;

    private WorkerConfig(Map<String, String> given) {
        this.given = Map.copyOf(given);
        ConfigMistakes.refuse(given);
        this.values = new AbstractConfig(WorkerKeys.definition(), given, false);
    }

    /**
     * Reads a properties file in UTF-8.
     *
     * @throws ConfigException with all mistakes in one message
     * @throws IOException if the file cannot be read
     */
    public static WorkerConfig load(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(file + " is not a properties file: " + e.getMessage());
        }
        Map<String, String> given = new HashMap<>();
        properties.stringPropertyNames().forEach(key -> given.put(key, properties.getProperty(key)));
        return of(given);
    }

    /**
     * Takes keys and values as a properties file would have them.
     *
     * @throws ConfigException with all mistakes in one message
     */
    public static WorkerConfig of(Map<String, String> properties) {
        return new WorkerConfig(properties);
    }

    /** The checkpoint to judge with; empty for the one that is shipped. */
    public Optional<Path> checkpoint() {
        String path = values.getString(WorkerKeys.CHECKPOINT);
        return path.isBlank() ? Optional.empty() : Optional.of(Path.of(path));
    }

    /** Whether announced versions serve. */
    public boolean followsVersions() {
        return values.getBoolean(WorkerKeys.FOLLOW_VERSIONS);
    }

    /** Where the checkpoints of versions lie: a directory, or an address that begins with {@code file:}. */
    public String checkpointStore() {
        return values.getString(WorkerKeys.CHECKPOINT_STORE);
    }

    /** Where work in flight is kept. */
    public Path stateDirectory() {
        return Path.of(values.getString(WorkerKeys.STATE_DIR));
    }

    /** Name of the consumer group. */
    public String applicationId() {
        return values.getString(WorkerKeys.APPLICATION_ID);
    }

    /** Brokers to start from, separated by commas. */
    public String bootstrapServers() {
        return String.join(",", values.getList(WorkerKeys.BOOTSTRAP_SERVERS));
    }

    /** The topics that the worker needs and how they are made. */
    public TopicPlan topicPlan() {
        return new TopicPlan(
                new TopicNames(values.getString(WorkerKeys.TOPIC_PREFIX)),
                values.getInt(WorkerKeys.TOPIC_PARTITIONS),
                values.getInt(WorkerKeys.PAIR_PARTITIONS),
                values.getInt(WorkerKeys.REPLICATION_FACTOR),
                placement(),
                new TopicPlan.Feedback(
                        values.getBoolean(WorkerKeys.FEEDBACK_ENABLED),
                        millis(WorkerKeys.FEEDBACK_RETENTION),
                        millis(WorkerKeys.EXPERIENCE_RETENTION)));
    }

    /** What the topology is told. */
    public RerankSettings settings() {
        Limits limits = new Limits(
                values.getInt(WorkerKeys.MAX_CANDIDATES),
                values.getInt(WorkerKeys.MAX_DOCUMENT_CHARS),
                values.getInt(WorkerKeys.MAX_QUERY_CHARS),
                values.getInt(WorkerKeys.MAX_RESULT_BYTES));
        Timing timing = new Timing(
                millis(WorkerKeys.QUERY_TIMEOUT),
                millis(WorkerKeys.MAX_QUERY_TIMEOUT),
                millis(WorkerKeys.ORPHAN_TTL),
                millis(WorkerKeys.DONE_TTL),
                millis(WorkerKeys.TICK));
        Judging judging = new Judging(
                placement(),
                values.getInt(WorkerKeys.SHARDS),
                values.getInt(WorkerKeys.IN_FLIGHT_PER_TASK),
                millis(WorkerKeys.MAX_WAIT_FOR_ROOM));
        double weight = values.getDouble(WorkerKeys.FIRST_STAGE_WEIGHT);
        Answering answering = new Answering(
                WorkerKeys.modeOrNone(values.getString(WorkerKeys.DEFAULT_MODE)),
                values.getInt(WorkerKeys.EXPLAIN_TOP),
                weight < 0 ? OptionalDouble.empty() : OptionalDouble.of(weight));
        Attribution attribution = new Attribution(
                values.getBoolean(WorkerKeys.FEEDBACK_ENABLED),
                millis(WorkerKeys.FEEDBACK_WINDOW),
                values.getInt(WorkerKeys.MAX_IMPRESSIONS),
                values.getInt(WorkerKeys.MAX_TEXT_CHARS));
        Exploration exploration = new Exploration(values.getDouble(WorkerKeys.EXPLORE_SHARE));
        return new RerankSettings(topicPlan().names(), limits, timing, judging, answering, attribution, exploration);
    }

    /** Pairs in flight in this process from which on tasks wait. */
    public int maxInFlight() {
        return values.getInt(WorkerKeys.IN_FLIGHT);
    }

    /** How the model computes; each setting as it is written. */
    public Inference inference() {
        return new Inference(
                values.getString(WorkerKeys.DEVICES),
                values.getString(WorkerKeys.PRECISION),
                values.getInt(WorkerKeys.STEP_TOKENS),
                values.getInt(WorkerKeys.MAX_SEQUENCES),
                values.getInt(WorkerKeys.CACHE_MIB));
    }

    /** Keys of the schema registry's client, for {@link rerank.schemas.RegistrySerde}. */
    public Map<String, Object> registry() {
        return new HashMap<>(PassedOn.registry(given));
    }

    /** Keys of Kafka's admin client. */
    public Map<String, Object> admin() {
        return PassedOn.admin(bootstrapServers(), given);
    }

    /** Keys of a plain Kafka client and of the schema registry's. */
    public Map<String, Object> client() {
        Map<String, Object> client = new HashMap<>(admin());
        client.putAll(registry());
        return client;
    }

    /**
     * Keys of the Kafka Streams client: our defaults under what the file says.
     *
     * @param instanceId stable name of this worker in its group
     */
    public Properties streams(String instanceId) {
        Properties properties = StreamsDefaults.of(applicationId(), bootstrapServers(), stateDirectory(), instanceId);
        properties.putAll(DeadLetterHandling.properties(topicPlan().names().deadLetters()));
        properties.putAll(PassedOn.streams(given));
        return properties;
    }

    Optional<String> instanceId() {
        String id = values.getString(WorkerKeys.INSTANCE_ID);
        return id.isBlank() ? Optional.empty() : Optional.of(id);
    }

    boolean leavesGroupOnStop() {
        return values.getBoolean(WorkerKeys.LEAVE_GROUP);
    }

    boolean createsTopics() {
        return values.getBoolean(WorkerKeys.CREATE_TOPICS);
    }

    Duration startTimeout() {
        return millis(WorkerKeys.START_TIMEOUT);
    }

    Duration drainTimeout() {
        return millis(WorkerKeys.DRAIN_TIMEOUT);
    }

    Duration stopTimeout() {
        return millis(WorkerKeys.STOP_TIMEOUT);
    }

    int maxThreadRestarts() {
        return values.getInt(WorkerKeys.MAX_RESTARTS);
    }

    private Judging.Placement placement() {
        return Judging.Placement.of(values.getString(WorkerKeys.PLACEMENT));
    }

    private Duration millis(String key) {
        return Duration.ofMillis(values.getLong(key));
    }
}
