package rerank.topology.worker;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.DOUBLE;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import rerank.model.ranking.Mode;
import rerank.topology.Judging.Placement;

/** The worker's keys: names, types, defaults, bounds and documentation, in the order in which they are documented. */
public final class WorkerKeys {
    public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
    public static final String SCHEMA_REGISTRY_URL = "schema.registry.url";
    public static final String APPLICATION_ID = "application.id";
    public static final String STATE_DIR = "state.dir";
    public static final String CHECKPOINT = "rerank.checkpoint";
    public static final String FOLLOW_VERSIONS = "rerank.versions.follow";
    public static final String CHECKPOINT_STORE = "rerank.checkpoint.store";
    public static final String INSTANCE_ID = "rerank.instance.id";
    public static final String LEAVE_GROUP = "rerank.leave.group.on.stop";
    public static final String TOPIC_PREFIX = "rerank.topics.prefix";
    public static final String CREATE_TOPICS = "rerank.topics.create";
    public static final String TOPIC_PARTITIONS = "rerank.topics.partitions";
    public static final String PAIR_PARTITIONS = "rerank.topics.pairs.partitions";
    public static final String REPLICATION_FACTOR = "rerank.topics.replication.factor";
    public static final String PLACEMENT = "rerank.judge.placement";
    public static final String SHARDS = "rerank.judge.shards";
    public static final String DEFAULT_MODE = "rerank.default.mode";
    public static final String EXPLAIN_TOP = "rerank.explain.top";
    public static final String FIRST_STAGE_WEIGHT = "rerank.first.stage.weight";
    public static final String QUERY_TIMEOUT = "rerank.query.timeout.ms";
    public static final String MAX_QUERY_TIMEOUT = "rerank.query.timeout.max.ms";
    public static final String ORPHAN_TTL = "rerank.orphan.ttl.ms";
    public static final String DONE_TTL = "rerank.done.ttl.ms";
    public static final String TICK = "rerank.tick.ms";
    public static final String MAX_CANDIDATES = "rerank.max.candidates";
    public static final String MAX_DOCUMENT_CHARS = "rerank.max.document.chars";
    public static final String MAX_QUERY_CHARS = "rerank.max.query.chars";
    public static final String MAX_RESULT_BYTES = "rerank.max.result.bytes";
    public static final String DEVICES = "rerank.devices";
    public static final String PRECISION = "rerank.precision";
    public static final String STEP_TOKENS = "rerank.step.max.tokens";
    public static final String MAX_SEQUENCES = "rerank.max.sequences";
    public static final String CACHE_MIB = "rerank.cache.mib";
    public static final String IN_FLIGHT = "rerank.max.in.flight.pairs";
    public static final String IN_FLIGHT_PER_TASK = "rerank.max.in.flight.pairs.per.task";
    public static final String MAX_WAIT_FOR_ROOM = "rerank.max.wait.for.room.ms";
    public static final String FEEDBACK_ENABLED = "rerank.feedback.enabled";
    public static final String FEEDBACK_WINDOW = "rerank.feedback.window.ms";
    public static final String MAX_IMPRESSIONS = "rerank.feedback.max.impressions";
    public static final String MAX_TEXT_CHARS = "rerank.feedback.max.text.chars";
    public static final String FEEDBACK_RETENTION = "rerank.feedback.retention.ms";
    public static final String EXPERIENCE_RETENTION = "rerank.experience.retention.ms";
    public static final String EXPLORE_SHARE = "rerank.explore.share";
    public static final String START_TIMEOUT = "rerank.start.timeout.ms";
    public static final String DRAIN_TIMEOUT = "rerank.drain.timeout.ms";
    public static final String STOP_TIMEOUT = "rerank.stop.timeout.ms";
    public static final String MAX_RESTARTS = "rerank.max.thread.restarts";

    private WorkerKeys() {}

    /** Reads {@link #DEFAULT_MODE}. */
    static Optional<Mode> modeOrNone(String mode) {
        return mode.isBlank() ? Optional.empty() : Optional.of(Mode.of(mode));
    }

    /** All keys, for validation and for the generated page. */
    public static ConfigDef definition() {
        ConfigDef keys = new ConfigDef();
        process(keys);
        topics(keys);
        answers(keys);
        limits(keys);
        judging(keys);
        inference(keys);
        feedback(keys);
        life(keys);
        return keys;
    }

    private static void process(ConfigDef keys) {
        keys.define(BOOTSTRAP_SERVERS, LIST, HIGH, "Brokers to start from, host:port separated by commas.")
                .define(
                        SCHEMA_REGISTRY_URL,
                        STRING,
                        HIGH,
                        "Schema registry with the Confluent API; several separated"
                                + " by commas. The client's keys for authentication and TLS are passed on to it.")
                .define(
                        CHECKPOINT,
                        STRING,
                        "",
                        HIGH,
                        "Directory of the checkpoint that judges while no version is announced. Empty: the one shipped.")
                .define(
                        FOLLOW_VERSIONS,
                        BOOLEAN,
                        true,
                        HIGH,
                        "Whether versions announced on the topic of versions serve, and change while the worker runs."
                                + " Otherwise rerank.checkpoint alone does.")
                .define(
                        CHECKPOINT_STORE,
                        STRING,
                        ".rerank/checkpoints",
                        HIGH,
                        "Where published checkpoints lie: a directory, or file:///..., that all who publish and all"
                                + " workers reach under the same path; or s3://BUCKET/PREFIX, object storage, whose"
                                + " endpoint, region and credentials are those of the environment (docs/learning.md).")
                .define(
                        APPLICATION_ID,
                        STRING,
                        "rerank",
                        HIGH,
                        "Name of the consumer group; workers with the same name"
                                + " share the work. It also begins the names of the changelog topics.")
                .define(
                        STATE_DIR,
                        STRING,
                        ".rerank/state",
                        HIGH,
                        "Directory for work in flight, one per worker, kept"
                                + " over restarts: with it a killed worker is back in seconds.")
                .define(
                        INSTANCE_ID,
                        STRING,
                        "",
                        MEDIUM,
                        "Stable name of this worker in its group (static membership)."
                                + " Empty: one that is made up once and kept in the state directory.")
                .define(
                        LEAVE_GROUP,
                        BOOLEAN,
                        false,
                        LOW,
                        "Whether a worker that is stopped gives its partitions away"
                                + " at once instead of being waited for until the session times out.");
    }

    private static void topics(ConfigDef keys) {
        keys.define(TOPIC_PREFIX, STRING, "rerank.", MEDIUM, "Put before every topic's name.")
                .define(
                        CREATE_TOPICS,
                        BOOLEAN,
                        false,
                        MEDIUM,
                        "Whether topics that are missing are created at start;"
                                + " otherwise the worker names them and stops.")
                .define(
                        TOPIC_PARTITIONS,
                        INT,
                        12,
                        between(1, 10_000),
                        MEDIUM,
                        "Partitions of the topics keyed by query"
                                + " id when they are created. They cannot be changed while queries are in flight.")
                .define(
                        PAIR_PARTITIONS,
                        INT,
                        32,
                        between(1, 10_000),
                        MEDIUM,
                        "Partitions of the pairs topic when it is"
                                + " created: 4 to 8 times the workers it will ever be judged by.")
                .define(
                        REPLICATION_FACTOR,
                        INT,
                        -1,
                        between(-1, 100),
                        MEDIUM,
                        "Replicas of topics when they are" + " created. -1: the broker's default.");
    }

    private static void answers(ConfigDef keys) {
        keys.define(
                        DEFAULT_MODE,
                        STRING,
                        "",
                        readable(WorkerKeys::modeOrNone),
                        MEDIUM,
                        "Mode of queries that name none: " + Mode.ids()
                                + ", one that the checkpoint offers. Empty: the one it" + " names.")
                .define(
                        EXPLAIN_TOP,
                        INT,
                        10,
                        atLeast(0),
                        MEDIUM,
                        "How many results of the top get an explanation in"
                                + " justify mode when the query does not say.")
                .define(
                        FIRST_STAGE_WEIGHT,
                        DOUBLE,
                        -1.0,
                        between(-1, 1),
                        MEDIUM,
                        "Share of the first stage in the"
                                + " scores, 0 to 1; 1 gives back its order. -1: what the checkpoint learned.")
                .define(
                        QUERY_TIMEOUT,
                        LONG,
                        30_000L,
                        atLeast(1),
                        HIGH,
                        "When a query without a deadline is answered at"
                                + " the latest, from its arrival, with what there is.")
                .define(
                        MAX_QUERY_TIMEOUT,
                        LONG,
                        3_600_000L,
                        atLeast(1),
                        LOW,
                        "A deadline further away than this is" + " brought forward.")
                .define(
                        ORPHAN_TTL,
                        LONG,
                        60_000L,
                        atLeast(1),
                        LOW,
                        "How long candidates wait for their query before" + " they go to the dead letters.")
                .define(
                        DONE_TTL,
                        LONG,
                        300_000L,
                        atLeast(1),
                        LOW,
                        "How long an answered query is remembered, so that"
                                + " duplicates of it are ignored and late candidates recognised.");
    }

    private static void limits(ConfigDef keys) {
        keys.define(
                        MAX_CANDIDATES,
                        INT,
                        1000,
                        atLeast(1),
                        MEDIUM,
                        "How many candidates of one query are judged, the"
                                + " first to arrive. Up to ten times as many are ranked unjudged behind them.")
                .define(
                        MAX_DOCUMENT_CHARS,
                        INT,
                        20_000,
                        atLeast(1),
                        MEDIUM,
                        "A longer title or text is cut to this"
                                + " many characters before it is stored. The prompt cuts by tokens in any case.")
                .define(
                        MAX_QUERY_CHARS,
                        INT,
                        32_768,
                        atLeast(1),
                        LOW,
                        "A query whose text or instruction is longer" + " goes to the dead letters.")
                .define(
                        MAX_RESULT_BYTES,
                        INT,
                        900_000,
                        atLeast(1000),
                        LOW,
                        "A longer answer is cut at its end; keep it" + " below the topic's max.message.bytes.");
    }

    private static void judging(ConfigDef keys) {
        keys.define(
                        PLACEMENT,
                        STRING,
                        "owner",
                        readable(Placement::of),
                        MEDIUM,
                        "Where pairs are judged. owner: in the task that owns the"
                                + " query. fan-out: over the pairs topic, so that one query spreads over all workers.")
                .define(SHARDS, INT, 8, atLeast(1), LOW, "When fanned out, over how many keys one query is spread.")
                .define(
                        IN_FLIGHT,
                        INT,
                        2048,
                        atLeast(1),
                        MEDIUM,
                        "Pairs in flight in this process from which on tasks" + " wait before they take more.")
                .define(IN_FLIGHT_PER_TASK, INT, 1024, atLeast(1), MEDIUM, "The same for one task.")
                .define(
                        MAX_WAIT_FOR_ROOM,
                        LONG,
                        500L,
                        between(1, 60_000),
                        LOW,
                        "How long a task waits for room at"
                                + " most; times the tasks of a thread it must stay below producer.transaction.timeout.ms.")
                .define(
                        TICK,
                        LONG,
                        5L,
                        atLeast(1),
                        LOW,
                        "How often finished judgments are collected and deadlines"
                                + " looked at while no records arrive.");
    }

    private static void inference(ConfigDef keys) {
        keys.define(
                        DEVICES,
                        STRING,
                        "auto",
                        MEDIUM,
                        "Where the model computes: cpu, or cuda:0, cuda:1, ... separated by commas, each with an engine"
                                + " of its own. auto: every GPU there is, else the CPU. docs/gpu.md says what a GPU needs.")
                .define(
                        PRECISION,
                        STRING,
                        "auto",
                        MEDIUM,
                        "Arithmetic of the model: float32, bfloat16 or int8. auto: the fastest that a short trial at the"
                                + " start finds to score like float32.")
                .define(
                        STEP_TOKENS,
                        INT,
                        1024,
                        atLeast(32),
                        MEDIUM,
                        "Bound on the tokens of one step of the model. More: prompts are read faster. Less: explanations"
                                + " being written wait less for them.")
                .define(
                        MAX_SEQUENCES,
                        INT,
                        64,
                        atLeast(1),
                        MEDIUM,
                        "How many explanations are written at once at most.")
                .define(
                        CACHE_MIB,
                        INT,
                        0,
                        atLeast(0),
                        MEDIUM,
                        "Bound on the memory of keys and values, in MiB, for each device. 0: a quarter of the memory that"
                                + " is free at the start, at most 4096.");
    }

    private static void feedback(ConfigDef keys) {
        keys.define(
                        FEEDBACK_ENABLED,
                        BOOLEAN,
                        true,
                        HIGH,
                        "Whether feedback is joined with the rankings that were shown and published as experience, which"
                                + " models are refined from. docs/learning.md says what is stored of users.")
                .define(
                        FEEDBACK_WINDOW,
                        LONG,
                        1_800_000L,
                        between(1, 604_800_000L),
                        MEDIUM,
                        "How long feedback on a ranking is waited for, from its answer; then its experience goes out.")
                .define(
                        MAX_IMPRESSIONS,
                        INT,
                        50,
                        atLeast(1),
                        MEDIUM,
                        "For how many results of a ranking, from the top, feedback is taken and experience kept.")
                .define(
                        MAX_TEXT_CHARS,
                        INT,
                        2_000,
                        atLeast(0),
                        MEDIUM,
                        "Longer texts of results are cut to this many characters in the experience. 0: it holds no texts"
                                + " at all, the query's among them, but ids and numbers alone; nothing can be refined from"
                                + " that without looking the texts up.")
                .define(
                        FEEDBACK_RETENTION,
                        LONG,
                        604_800_000L,
                        atLeast(1),
                        MEDIUM,
                        "How long the feedback topic keeps its records, when it is created.")
                .define(
                        EXPERIENCE_RETENTION,
                        LONG,
                        2_592_000_000L,
                        atLeast(1),
                        MEDIUM,
                        "How long the experience topic keeps its records, when it is created.")
                .define(
                        EXPLORE_SHARE,
                        DOUBLE,
                        0.0,
                        between(0, 1),
                        MEDIUM,
                        "Share of the queries on which the order of two neighbours, at a rank drawn by chance, is left to a"
                                + " coin, so that position bias can be estimated. 0: every ranking goes out as it was made.");
    }

    /** Accepts what {@code reader} reads without complaint, and repeats its complaint otherwise. */
    private static ConfigDef.Validator readable(Consumer<String> reader) {
        return (key, value) -> {
            try {
                reader.accept((String) value);
            } catch (IllegalArgumentException e) {
                throw new ConfigException(key + ": " + e.getMessage());
            }
        };
    }

    private static void life(ConfigDef keys) {
        keys.define(
                        START_TIMEOUT,
                        LONG,
                        60_000L,
                        atLeast(1),
                        MEDIUM,
                        "How long a start waits for a broker that is" + " away, and for the first partitions.")
                .define(
                        DRAIN_TIMEOUT,
                        LONG,
                        2_000L,
                        atLeast(0),
                        LOW,
                        "How long a stop waits for pairs in flight. What"
                                + " is left is asked again by whoever takes over.")
                .define(STOP_TIMEOUT, LONG, 30_000L, atLeast(1), LOW, "How long a stop takes at most after that.")
                .define(
                        MAX_RESTARTS,
                        INT,
                        50,
                        atLeast(0),
                        LOW,
                        "How often in ten minutes a thread that died of a"
                                + " passing failure is replaced before the worker gives up.");
    }
}
