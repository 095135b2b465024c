package rerank.trainer.loop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import rerank.model.adapter.AdaptedModule;
import rerank.model.adapter.AdapterConfig;
import rerank.model.transformer.Precision;
import rerank.model.transformer.TrainerSetup;
import rerank.schemas.TopicNames;
import rerank.trainer.configuration.KeyValues;
import rerank.trainer.configuration.PropertiesFile;
import rerank.trainer.learning.CanaryTrial;
import rerank.trainer.learning.ClickWeights;
import rerank.trainer.learning.Gate;
import rerank.trainer.learning.LearningTerms;
import rerank.trainer.learning.TrainingPlan;

/**
 * What a learner does: a properties file in Kafka's style, checked as a whole.
 *
 * @param client keys of Kafka's clients and of the schema registry's
 * @param topics names of the topics
 * @param group consumer group whose offsets say which experience was used
 * @param store where checkpoints are put: a directory or an address
 * @param base checkpoint directory of the distilled model
 * @param workDirectory where candidates are made
 * @param evidence what is learned from
 * @param clicks how acts of users count
 * @param terms of the loss
 * @param plan of the training
 * @param replay the teacher's data
 * @param golden labelled data
 * @param gate limits; null for no gate
 * @param offPolicyCap cap of the off-policy estimate
 * @param canary share of the queries, and how it is judged
 * @param nativeThreads cores of each thread
 */
public record LearnConfig(
        Map<String, Object> client,
        TopicNames topics,
        String group,
        String store,
        Path base,
        Path workDirectory,
        Evidence evidence,
        ClickWeights clicks,
        LearningTerms terms,
        TrainingPlan plan,
        ReplayData replay,
        GoldenData golden,
        Gate.@Nullable Limits gate,
        double offPolicyCap,
        Canary canary,
        int nativeThreads) {
    private static final String WHAT = "learner's configuration";
    private static final ConfigDef DEFINITION = definition();

    /** Keys that begin so are handed on to Kafka's clients without it. */
    private static final String CLIENT_PREFIX = "kafka.";

    /** Keys that begin so are handed on to the registry's client without it. */
    private static final String REGISTRY_PREFIX = "registry.";

    /**
     * What is learned from.
     *
     * @param least new queries before a candidate is trained
     * @param most queries that it is trained on
     * @param heldOut share kept for the off-policy estimate
     * @param isUsedByRefusal whether a refused candidate uses its experience up
     */
    public record Evidence(int least, int most, double heldOut, boolean isUsedByRefusal) {}

    /**
     * The teacher's data.
     *
     * @param paths each with the same share; empty for no replay
     * @param explainedShare share of the groups that have explanations
     * @param groupSize candidates of a group
     */
    public record ReplayData(List<Path> paths, double explainedShare, int groupSize) {
        public ReplayData {
            paths = List.copyOf(paths);
        }
    }

    /**
     * Labelled data.
     *
     * @param path null without a gate
     * @param explanations pairs whose explanations are checked
     */
    public record GoldenData(@Nullable Path path, String split, int queries, int candidates, int explanations) {}

    /**
     * How candidates go out.
     *
     * @param share of the queries; 0: at once
     * @param patience with workers that have not loaded the canary, before its queries count
     * @param trial how the canary is judged
     */
    public record Canary(double share, Duration patience, CanaryTrial trial) {}

    public LearnConfig {
        client = Map.copyOf(client);
    }

    /** Every key with type, default and documentation. */
    public static ConfigDef definition() {
        return LearnKeys.definition();
    }

    /**
     * Reads a properties file; relative paths count from its directory.
     *
     * @throws ConfigException naming every mistake at once
     */
    public static LearnConfig read(Path file) {
        PropertiesFile read = PropertiesFile.read(file, WHAT);
        return of(read.values(), read.directory());
    }

    /** Checks and reads key-value pairs; relative paths count from the working directory. */
    public static LearnConfig of(Map<String, String> values) {
        return of(values, Path.of("").toAbsolutePath());
    }

    /**
     * Checks and reads key-value pairs.
     *
     * @param base what relative paths count from
     * @throws ConfigException naming every mistake at once
     */
    public static LearnConfig of(Map<String, String> values, Path base) {
        return new Reading(values, base).config();
    }

    /** One reading of parsed values; collects what is wrong beyond single values. */
    private static final class Reading extends KeyValues {
        Reading(Map<String, String> given, Path base) {
            super(
                    WHAT,
                    DEFINITION,
                    given,
                    base,
                    key -> key.startsWith(CLIENT_PREFIX) || key.startsWith(REGISTRY_PREFIX));
        }

        LearnConfig config() {
            return make(() -> {
                check();
                return mistakes.isEmpty() ? made() : null;
            });
        }

        private void check() {
            if (flag(LearnKeys.GATE) && text(LearnKeys.GOLDEN_DATA).isEmpty()) {
                mistakes.add(LearnKeys.GOLDEN_DATA + " is missing: the gate needs labelled data; without any, "
                        + LearnKeys.GATE + "=false lets every candidate out");
            }
            if (integer(LearnKeys.LEAST_QUERIES) > integer(LearnKeys.MOST_QUERIES)) {
                mistakes.add(LearnKeys.LEAST_QUERIES + " " + integer(LearnKeys.LEAST_QUERIES) + " is above "
                        + LearnKeys.MOST_QUERIES + " " + integer(LearnKeys.MOST_QUERIES));
            }
            if (integer(LearnKeys.CANARY_LEAST) > integer(LearnKeys.CANARY_MOST)) {
                mistakes.add(LearnKeys.CANARY_LEAST + " " + integer(LearnKeys.CANARY_LEAST) + " is above "
                        + LearnKeys.CANARY_MOST + " " + integer(LearnKeys.CANARY_MOST));
            }
            Path checkpoint = path(LearnKeys.BASE);
            if (!Files.isRegularFile(checkpoint.resolve("config.json"))) {
                mistakes.add(LearnKeys.BASE + " " + checkpoint + " is no checkpoint directory: it has no config.json");
            }
        }

        private LearnConfig made() {
            return new LearnConfig(
                    client(),
                    new TopicNames(text(LearnKeys.TOPIC_PREFIX)),
                    text(LearnKeys.GROUP),
                    store(),
                    path(LearnKeys.BASE),
                    path(LearnKeys.WORK_DIR),
                    new Evidence(
                            integer(LearnKeys.LEAST_QUERIES),
                            integer(LearnKeys.MOST_QUERIES),
                            number(LearnKeys.HELD_OUT),
                            flag(LearnKeys.REFUSED_USES)),
                    clicks(),
                    terms(),
                    plan(),
                    replay(),
                    golden(),
                    flag(LearnKeys.GATE) ? limits() : null,
                    number(LearnKeys.OFF_POLICY_CAP),
                    canary(),
                    integer(LearnKeys.NATIVE_THREADS));
        }

        private Map<String, Object> client() {
            Map<String, Object> client = new HashMap<>();
            given.forEach((key, value) -> {
                if (key.startsWith(CLIENT_PREFIX)) {
                    client.put(key.substring(CLIENT_PREFIX.length()), value);
                } else if (key.startsWith(REGISTRY_PREFIX)) {
                    client.put(key.substring(REGISTRY_PREFIX.length()), value);
                }
            });
            client.put("bootstrap.servers", text(LearnKeys.BOOTSTRAP_SERVERS));
            client.put("schema.registry.url", text(LearnKeys.REGISTRY_URL));
            return client;
        }

        /** A directory counts from the file's, an address is itself. */
        private String store() {
            String given = text(LearnKeys.STORE);
            return given.contains(":/") ? given : path(LearnKeys.STORE).toString();
        }

        private ClickWeights clicks() {
            return new ClickWeights(number(LearnKeys.DWELL), number(LearnKeys.SHORT_CLICK), number(LearnKeys.SAVE));
        }

        private LearningTerms terms() {
            return new LearningTerms(
                    number(LearnKeys.CAP),
                    flag(LearnKeys.TRUNCATE),
                    number(LearnKeys.TEMPERATURE),
                    number(LearnKeys.MARGIN),
                    number(LearnKeys.DIVERGENCE),
                    number(LearnKeys.GRADES),
                    number(LearnKeys.REPLAY),
                    new LearningTerms.Explanations(
                            number(LearnKeys.EXPLANATIONS),
                            integer(LearnKeys.EXPLANATION_SAMPLES),
                            integer(LearnKeys.EXPLANATION_PAIRS),
                            number(LearnKeys.EXPLANATION_KL)));
        }

        private TrainingPlan plan() {
            int rank = integer(LearnKeys.ADAPTER_RANK);
            TrainerSetup setup = rank == 0
                    ? TrainerSetup.PLAIN
                    : new TrainerSetup(
                            Precision.FLOAT32,
                            false,
                            new AdapterConfig(rank, 2.0 * rank, 0, false, EnumSet.allOf(AdaptedModule.class), ""));
            return new TrainingPlan(
                    number(LearnKeys.EPOCHS),
                    integer(LearnKeys.MOST_STEPS),
                    integer(LearnKeys.LISTS_PER_STEP),
                    number(LearnKeys.RATE),
                    setup,
                    integer(LearnKeys.THREADS),
                    (long) number(LearnKeys.SEED));
        }

        private ReplayData replay() {
            return new ReplayData(
                    paths(LearnKeys.REPLAY_DATA), number(LearnKeys.REPLAY_EXPLAINED), integer(LearnKeys.REPLAY_GROUP));
        }

        private GoldenData golden() {
            return new GoldenData(
                    text(LearnKeys.GOLDEN_DATA).isEmpty() ? null : path(LearnKeys.GOLDEN_DATA),
                    text(LearnKeys.GOLDEN_SPLIT),
                    integer(LearnKeys.GOLDEN_QUERIES),
                    integer(LearnKeys.GOLDEN_CANDIDATES),
                    integer(LearnKeys.GOLDEN_EXPLANATIONS));
        }

        private Gate.Limits limits() {
            return new Gate.Limits(
                    number(LearnKeys.GATE_CONFIDENCE),
                    number(LearnKeys.GOLDEN_MARGIN),
                    number(LearnKeys.START_MARGIN),
                    number(LearnKeys.OFF_POLICY_MARGIN),
                    number(LearnKeys.CALIBRATION_MARGIN),
                    number(LearnKeys.FORMAT_MARGIN),
                    number(LearnKeys.FAITHFULNESS_MARGIN));
        }

        private Canary canary() {
            return new Canary(
                    number(LearnKeys.CANARY_SHARE),
                    Duration.ofMillis((long) number(LearnKeys.CANARY_PATIENCE)),
                    new CanaryTrial(
                            integer(LearnKeys.CANARY_LEAST),
                            integer(LearnKeys.CANARY_MOST),
                            number(LearnKeys.CANARY_MARGIN),
                            number(LearnKeys.CANARY_CONFIDENCE),
                            number(LearnKeys.CAP),
                            clicks()));
        }
    }
}
