package rerank.topology.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import rerank.schemas.TopicNames;
import rerank.topology.Judging.Placement;

/**
 * The topics that are needed and how they are made.
 *
 * @param names their names
 * @param partitions of every topic keyed by query id; they must agree, for a query meets its candidates by partition
 * @param pairPartitions of the pairs topic
 * @param replicationFactor replicas of each; -1 for the broker's default
 * @param placement whether pairs travel over topics
 * @param feedback whether feedback is read, and how long it and experience are kept
 */
public record TopicPlan(
        TopicNames names,
        int partitions,
        int pairPartitions,
        int replicationFactor,
        Placement placement,
        Feedback feedback) {
    private static final String LARGEST_RECORD_BYTES = "4194304";
    private static final Duration DECISIONS_ARE_KEPT = Duration.ofDays(365);
    private static final Duration STATUSES_ARE_KEPT = Duration.ofDays(1);

    /**
     * How long what comes from users is kept, on topics that are created.
     *
     * @param isRead whether a worker reads feedback and publishes experience
     * @param feedbackKept retention of the feedback topic
     * @param experienceKept retention of the experience topic
     */
    public record Feedback(boolean isRead, Duration feedbackKept, Duration experienceKept) {}

    /** Topics keyed by query id that one task reads together, and so need the same number of partitions. */
    public List<String> readTogether() {
        List<String> topics = new ArrayList<>(List.of(names.queries(), names.candidates()));
        if (placement == Placement.FAN_OUT) {
            topics.add(names.judgments());
        }
        if (feedback.isRead()) {
            topics.add(names.feedback());
        }
        return topics;
    }

    /** The topics without which a worker cannot start. */
    public List<String> required() {
        List<String> topics = new ArrayList<>(readTogether());
        topics.add(names.rankedResults());
        topics.add(names.deadLetters());
        if (placement == Placement.FAN_OUT) {
            topics.add(names.pairs());
        }
        if (feedback.isRead()) {
            topics.add(names.experience());
        }
        return topics;
    }

    /** All topics of the product, with their settings. */
    public List<NewTopic> topics() {
        List<NewTopic> topics = new ArrayList<>(List.of(
                topic(names.queries(), partitions, Map.of()),
                topic(names.candidates(), partitions, large()),
                topic(names.rankedResults(), partitions, large()),
                topic(names.feedback(), partitions, kept(feedback.feedbackKept())),
                topic(names.experience(), partitions, experience()),
                topic(names.modelVersions(), 1, compacted()),
                topic(names.modelDecisions(), 1, kept(DECISIONS_ARE_KEPT)),
                topic(names.modelStatus(), 1, statuses()),
                topic(names.deadLetters(), 1, large())));
        if (placement == Placement.FAN_OUT) {
            topics.add(topic(names.pairs(), pairPartitions, large()));
            topics.add(topic(names.judgments(), partitions, Map.of()));
        }
        return List.copyOf(topics);
    }

    private NewTopic topic(String name, int partitionCount, Map<String, String> settings) {
        Optional<Short> replicas = replicationFactor < 1 ? Optional.empty() : Optional.of((short) replicationFactor);
        return new NewTopic(name, Optional.of(partitionCount), replicas).configs(new HashMap<>(settings));
    }

    private static Map<String, String> large() {
        return Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, LARGEST_RECORD_BYTES);
    }

    private Map<String, String> experience() {
        Map<String, String> settings = new HashMap<>(large());
        settings.putAll(kept(feedback.experienceKept()));
        return settings;
    }

    private static Map<String, String> kept(Duration time) {
        return Map.of(TopicConfig.RETENTION_MS_CONFIG, Long.toString(time.toMillis()));
    }

    /** Rollbacks are new records, so the newest record of a version is the truth; the last hour stays readable. */
    private static Map<String, String> compacted() {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG,
                "3600000");
    }

    /** The newest word of each worker; one that was not heard for a day is forgotten. Short segments keep the topic small. */
    private static Map<String, String> statuses() {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(STATUSES_ARE_KEPT.toMillis()),
                TopicConfig.SEGMENT_MS_CONFIG,
                "3600000");
    }
}
