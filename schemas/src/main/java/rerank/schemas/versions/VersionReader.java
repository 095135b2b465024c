package rerank.schemas.versions;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.TopicNames;

/**
 * Reads announcements from the first on, only those whose transaction was committed, with no consumer group: every reader
 * sees them all. A record that is no announcement is named in the log and passed over.
 *
 * <p>Owned by one thread at a time; {@link #wakeup()} alone may be called by another.
 */
public final class VersionReader implements AutoCloseable {
    private final RecordReader<ModelVersion> records;
    private ModelVersions standing = ModelVersions.NONE;

    /** A reader of what these are; it closes them. */
    VersionReader(RecordReader<ModelVersion> records) {
        this.records = records;
    }

    /**
     * A reader of the topic of versions that has read nothing yet.
     *
     * @param client keys of a Kafka client and of the schema registry's
     * @throws VersionTopicException if there is no such topic, or it has more than one partition
     */
    public static VersionReader open(Map<String, ?> client, TopicNames topics) {
        return open(client, topics.modelVersions());
    }

    /**
     * All announcements and refusals that the topic of decisions still has, oldest first.
     *
     * @throws VersionTopicException if it cannot be read
     */
    public static List<ModelVersion> history(Map<String, ?> client, TopicNames topics) {
        try (VersionReader reader = open(client, topics.modelDecisions())) {
            return reader.readNew();
        }
    }

    private static VersionReader open(Map<String, ?> client, String topic) {
        return new VersionReader(RecordReader.open(client, topic, ModelVersion.class)
                .orElseThrow(() -> new VersionTopicException(
                        "topic " + topic + " is missing; create it with './rerank topics create'", null)));
    }

    /**
     * Reads what is new up to the end of the topic as it is now.
     *
     * @return the standing then
     * @throws VersionTopicException if the end is not reached within 15 s
     */
    public ModelVersions readToEnd() {
        readNew();
        return standing;
    }

    /**
     * Waits for news for a while.
     *
     * <p>After an exception, what could not be taken is read again by the next call.
     *
     * @return the standing; the same object as before if there is none
     * @throws org.apache.kafka.common.errors.WakeupException after {@link #wakeup()}
     */
    public ModelVersions poll(Duration wait) {
        take(records.poll(wait));
        return standing;
    }

    /** Lets the thread that waits in {@link #poll}, or waits there next, go with an exception. */
    public void wakeup() {
        records.wakeup();
    }

    /** The announcements that came since the last call, up to the end of the topic as it is now. */
    List<ModelVersion> readNew() {
        return take(records.readToEnd());
    }

    private List<ModelVersion> take(List<ModelVersion> announcements) {
        for (ModelVersion announcement : announcements) {
            standing = standing.with(announcement);
        }
        return announcements;
    }

    @Override
    public void close() {
        records.close();
    }
}
