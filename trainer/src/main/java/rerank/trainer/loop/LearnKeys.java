package rerank.trainer.loop;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.NO_DEFAULT_VALUE;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.DOUBLE;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import java.util.function.DoublePredicate;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** The keys of a learner's configuration; {@link LearnConfig} says what they mean together. */
final class LearnKeys {
    static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
    static final String REGISTRY_URL = "schema.registry.url";
    static final String TOPIC_PREFIX = "topics.prefix";
    static final String GROUP = "group.id";
    static final String STORE = "checkpoint.store";
    static final String BASE = "base.checkpoint";
    static final String WORK_DIR = "work.dir";
    static final String SEED = "seed";
    static final String THREADS = "threads";
    static final String NATIVE_THREADS = "native.threads";
    static final String LEAST_QUERIES = "evidence.min.queries";
    static final String MOST_QUERIES = "evidence.max.queries";
    static final String HELD_OUT = "evidence.holdout.share";
    static final String REFUSED_USES = "evidence.refused.is.used";
    static final String DWELL = "clicks.dwell.seconds";
    static final String SHORT_CLICK = "clicks.short.weight";
    static final String SAVE = "clicks.save.weight";
    static final String CAP = "clicks.cap";
    static final String TRUNCATE = "clicks.truncate";
    static final String TEMPERATURE = "clicks.temperature";
    static final String MARGIN = "clicks.margin";
    static final String DIVERGENCE = "kl.coefficient";
    static final String GRADES = "grades.weight";
    static final String REPLAY = "replay.share";
    static final String REPLAY_DATA = "replay.data";
    static final String REPLAY_EXPLAINED = "replay.explained.share";
    static final String REPLAY_GROUP = "replay.group.size";
    static final String EXPLANATIONS = "explanations.weight";
    static final String EXPLANATION_SAMPLES = "explanations.samples";
    static final String EXPLANATION_PAIRS = "explanations.pairs";
    static final String EXPLANATION_KL = "explanations.kl";
    static final String RATE = "learning.rate";
    static final String EPOCHS = "epochs";
    static final String MOST_STEPS = "max.steps";
    static final String LISTS_PER_STEP = "lists.per.step";
    static final String ADAPTER_RANK = "adapter.rank";
    static final String GOLDEN_DATA = "golden.data";
    static final String GOLDEN_SPLIT = "golden.split";
    static final String GOLDEN_QUERIES = "golden.queries";
    static final String GOLDEN_CANDIDATES = "golden.candidates";
    static final String GOLDEN_EXPLANATIONS = "golden.explanations";
    static final String GATE = "gate.enabled";
    static final String GATE_CONFIDENCE = "gate.confidence";
    static final String GOLDEN_MARGIN = "gate.golden.margin";
    static final String START_MARGIN = "gate.start.margin";
    static final String OFF_POLICY_MARGIN = "gate.off.policy.margin";
    static final String OFF_POLICY_CAP = "gate.off.policy.cap";
    static final String CALIBRATION_MARGIN = "gate.calibration.margin";
    static final String FORMAT_MARGIN = "gate.format.margin";
    static final String FAITHFULNESS_MARGIN = "gate.faithfulness.margin";
    static final String CANARY_SHARE = "canary.share";
    static final String CANARY_PATIENCE = "canary.workers.timeout.ms";
    static final String CANARY_LEAST = "canary.min.queries";
    static final String CANARY_MOST = "canary.max.queries";
    static final String CANARY_MARGIN = "canary.margin";
    static final String CANARY_CONFIDENCE = "canary.confidence";

    private static final Validator ABOVE_ZERO = new Check("above 0", value -> value > 0);
    private static final Validator BELOW_ONE = new Check("at least 0 and below 1", value -> value >= 0 && value < 1);
    private static final Validator CONFIDENCE = new Check("above 0.5 and below 1", value -> value > 0.5 && value < 1);

    private LearnKeys() {}

    /** Every key with type, default and documentation. */
    static ConfigDef definition() {
        ConfigDef keys = new ConfigDef();
        places(keys);
        evidence(keys);
        terms(keys);
        gate(keys);
        canary(keys);
        return keys;
    }

    private static void places(ConfigDef keys) {
        keys.define(BOOTSTRAP_SERVERS, STRING, NO_DEFAULT_VALUE, HIGH, "Where Kafka is.")
                .define(REGISTRY_URL, STRING, NO_DEFAULT_VALUE, HIGH, "Where the schema registry is.")
                .define(TOPIC_PREFIX, STRING, "rerank.", HIGH, "Before every topic's name; as the workers have it.")
                .define(
                        GROUP,
                        STRING,
                        "rerank-learner",
                        LOW,
                        "Consumer group whose committed offsets say which experience was used.")
                .define(
                        STORE,
                        STRING,
                        NO_DEFAULT_VALUE,
                        HIGH,
                        "Where checkpoints are put for the workers: a directory or an address, file:///... or s3://...; as"
                                + " the workers have it.")
                .define(
                        BASE,
                        STRING,
                        NO_DEFAULT_VALUE,
                        HIGH,
                        "Checkpoint directory of the distilled model: what is announced as the first version when none"
                                + " serves, and what divergence is measured to.")
                .define(WORK_DIR, STRING, "learn", MEDIUM, "Directory for candidates while they are made.")
                .define(SEED, LONG, 1L, LOW, "Seed of every choice.")
                .define(THREADS, INT, 1, atLeast(1), MEDIUM, "Threads that train and judge.")
                .define(NATIVE_THREADS, INT, 1, atLeast(1), LOW, "Cores of each.");
    }

    private static void evidence(ConfigDef keys) {
        keys.define(
                        LEAST_QUERIES,
                        INT,
                        200,
                        atLeast(1),
                        HIGH,
                        "New queries with an answer, clicked or not, before a candidate is trained; fewer are kept.")
                .define(
                        MOST_QUERIES,
                        INT,
                        2000,
                        atLeast(1),
                        HIGH,
                        "Queries that a candidate is trained on at most: the new ones, and from the topic as many older"
                                + " ones as there is room for.")
                .define(
                        HELD_OUT,
                        DOUBLE,
                        0.15,
                        between(0, 0.9),
                        LOW,
                        "Share of the queries, by hash of their ids, that are kept from training for the off-policy"
                                + " estimate.")
                .define(
                        REFUSED_USES,
                        BOOLEAN,
                        true,
                        LOW,
                        "Whether a refused candidate uses its experience up, so that the next one waits for new"
                                + " evidence; it is trained on as older evidence even so.")
                .define(DWELL, DOUBLE, 30.0, atLeast(0), MEDIUM, "A stay of so many seconds is a choice.")
                .define(
                        SHORT_CLICK,
                        DOUBLE,
                        0.3,
                        between(0, 1),
                        LOW,
                        "Weight of a click after which every stay that was told was shorter.")
                .define(SAVE, DOUBLE, 1.5, atLeast(0), LOW, "Weight of keeping, buying or sharing; a click has 1.");
    }

    private static void terms(ConfigDef keys) {
        keys.define(
                        CAP,
                        DOUBLE,
                        1.5,
                        atLeast(1),
                        MEDIUM,
                        "Cap on inverse propensities of clicks; 1 takes clicks as they are.")
                .define(
                        TRUNCATE,
                        BOOLEAN,
                        true,
                        MEDIUM,
                        "Whether what lies below the last click and one more is left out of the list loss.")
                .define(
                        TEMPERATURE,
                        DOUBLE,
                        0.35,
                        ABOVE_ZERO,
                        LOW,
                        "Divisor of scores in the list loss; see learning.md for why this one.")
                .define(
                        MARGIN,
                        DOUBLE,
                        0.35,
                        atLeast(0),
                        MEDIUM,
                        "Above 0: the list loss is over the margins of the logits of label 2 over label 0, times this;"
                                + " 0: over the log-odds of the final scores, the first stage's part among them.")
                .define(
                        DIVERGENCE,
                        DOUBLE,
                        0.02,
                        atLeast(0),
                        MEDIUM,
                        "Factor on KL(model || distilled model) of the labels; 0 for none.")
                .define(
                        GRADES,
                        DOUBLE,
                        1.0,
                        atLeast(0),
                        MEDIUM,
                        "Factor on the label loss of explicit grades; 0 ignores them.")
                .define(
                        REPLAY,
                        DOUBLE,
                        0.3,
                        BELOW_ONE,
                        MEDIUM,
                        "Share of the teacher's groups in every step; 0 for none.")
                .define(
                        REPLAY_DATA,
                        LIST,
                        "",
                        HIGH,
                        "Data that the distilled model learned from, for replay: directories, files of examples or"
                                + " embedded data, each with the same share. Empty: no replay.")
                .define(
                        REPLAY_EXPLAINED,
                        DOUBLE,
                        0.25,
                        between(0, 1),
                        LOW,
                        "Share of replayed groups with explanations after their labels; the others are labels alone.")
                .define(
                        REPLAY_GROUP,
                        INT,
                        6,
                        atLeast(2),
                        LOW,
                        "Candidates of a replayed group; storefront needs 6 for its near misses.")
                .define(
                        EXPLANATIONS,
                        DOUBLE,
                        0.0,
                        atLeast(0),
                        MEDIUM,
                        "Factor on the policy gradient of explanations that are sampled before their label; 0 for"
                                + " none.")
                .define(EXPLANATION_SAMPLES, INT, 4, atLeast(2), LOW, "Explanations sampled of a pair.")
                .define(
                        EXPLANATION_PAIRS,
                        INT,
                        4,
                        atLeast(1),
                        LOW,
                        "Pairs of a step that are sampled, those that clicks" + " say most about.")
                .define(
                        EXPLANATION_KL,
                        DOUBLE,
                        0.02,
                        atLeast(0),
                        LOW,
                        "Factor on KL of sampled tokens to the distilled" + " model.")
                .define(RATE, DOUBLE, 5e-4, ABOVE_ZERO, MEDIUM, "Peak of the learning rate.")
                .define(EPOCHS, DOUBLE, 1.0, ABOVE_ZERO, MEDIUM, "Passes over the lists that were clicked.")
                .define(MOST_STEPS, INT, 200, atLeast(1), MEDIUM, "Optimizer steps of a candidate at most.")
                .define(LISTS_PER_STEP, INT, 8, atLeast(1), LOW, "Lists in a step.")
                .define(
                        ADAPTER_RANK,
                        INT,
                        0,
                        between(0, 1024),
                        MEDIUM,
                        "Train an adapter of this rank, merged into the version that serves; 0 trains all weights.");
    }

    private static void gate(ConfigDef keys) {
        keys.define(GATE, BOOLEAN, true, HIGH, "Whether candidates are held against the gate at all.")
                .define(
                        GOLDEN_DATA,
                        STRING,
                        "",
                        HIGH,
                        "Labelled data that nothing is trained on: a data set directory or embedded data. Needed for"
                                + " the gate.")
                .define(GOLDEN_SPLIT, STRING, "dev", MEDIUM, "Its split.")
                .define(GOLDEN_QUERIES, INT, 200, atLeast(2), MEDIUM, "Queries of it at most.")
                .define(GOLDEN_CANDIDATES, INT, 20, atLeast(2), LOW, "First-stage candidates of each.")
                .define(
                        GOLDEN_EXPLANATIONS,
                        INT,
                        16,
                        atLeast(0),
                        LOW,
                        "Pairs whose explanations are written and checked; 0 for none.")
                .define(
                        GATE_CONFIDENCE,
                        DOUBLE,
                        0.8,
                        CONFIDENCE,
                        LOW,
                        "Confidence of the lower ends that the gate looks at.")
                .define(
                        GOLDEN_MARGIN,
                        DOUBLE,
                        0.005,
                        atLeast(0),
                        MEDIUM,
                        "How far below 0 the lower end of the difference in golden nDCG@10 may be.")
                .define(
                        START_MARGIN,
                        DOUBLE,
                        0.002,
                        atLeast(0),
                        MEDIUM,
                        "How far below the distilled model's golden nDCG@10 a candidate's may be.")
                .define(
                        OFF_POLICY_MARGIN,
                        DOUBLE,
                        0.05,
                        atLeast(0),
                        LOW,
                        "How far below 0 the lower end of the difference in off-policy click utility may be.")
                .define(OFF_POLICY_CAP, DOUBLE, 10.0, atLeast(1), LOW, "Cap on inverse propensities in that estimate.")
                .define(CALIBRATION_MARGIN, DOUBLE, 0.03, atLeast(0), LOW, "How much the calibration error may rise.")
                .define(
                        FORMAT_MARGIN,
                        DOUBLE,
                        0.1,
                        atLeast(0),
                        LOW,
                        "How much the share of readable explanations may fall.")
                .define(
                        FAITHFULNESS_MARGIN,
                        DOUBLE,
                        0.1,
                        atLeast(0),
                        LOW,
                        "How much the share of claims that hold may fall.");
    }

    private static void canary(ConfigDef keys) {
        keys.define(
                        CANARY_SHARE,
                        DOUBLE,
                        0.1,
                        between(0, 1),
                        HIGH,
                        "Share of the queries that a candidate which passed serves at first; 0: it serves everything at"
                                + " once.")
                .define(
                        CANARY_PATIENCE,
                        LONG,
                        600_000L,
                        atLeast(0),
                        LOW,
                        "How long after its announcement workers that have not loaded the canary are waited for; its"
                                + " queries count from when all running workers have. 0: from the announcement on.")
                .define(CANARY_LEAST, INT, 100, atLeast(2), MEDIUM, "Queries of the canary before anything is decided.")
                .define(CANARY_MOST, INT, 1000, atLeast(2), MEDIUM, "Queries of it after which the mean decides.")
                .define(
                        CANARY_MARGIN,
                        DOUBLE,
                        0.05,
                        atLeast(0),
                        MEDIUM,
                        "Loss that is let pass, in clicks at the top for each query with a click.")
                .define(CANARY_CONFIDENCE, DOUBLE, 0.9, CONFIDENCE, LOW, "Confidence of the bounds.");
    }

    /** Bounds that are open at an end. */
    private record Check(String bounds, DoublePredicate isGood) implements Validator {
        @Override
        public void ensureValid(String name, @Nullable Object value) {
            if (!(value instanceof Number number) || !isGood.test(number.doubleValue())) {
                throw new ConfigException(name, value, "Value must be " + bounds);
            }
        }

        @Override
        public String toString() {
            return bounds;
        }
    }
}
