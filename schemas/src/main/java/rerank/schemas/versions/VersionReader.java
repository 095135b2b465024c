package rerank.schemas.versions;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.RegistrySerde;
import rerank.schemas.TopicNames;

/**
 * Reads announcements from the first on, only those whose transaction was committed, with no consumer group: every reader
 * sees them all. A record that is no announcement is named in the log and passed over.
 *
 * <p>Owned by one thread at a time; {@link #wakeup()} alone may be called by another.
 */
public final class VersionReader implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(VersionReader.class);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration A_MOMENT = Duration.ofMillis(100);

    private final TopicPartition partition;
    private final Consumer<String, byte[]> consumer;
    private final Deserializer<ModelVersion> deserializer;
    private ModelVersions standing = ModelVersions.NONE;

    /** A reader from where the consumer stands; it closes both. */
    VersionReader(
            TopicPartition partition, Consumer<String, byte[]> consumer, Deserializer<ModelVersion> deserializer) {
        this.partition = partition;
        this.consumer = consumer;
        this.deserializer = deserializer;
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
        Map<String, Object> keys = new HashMap<>(client);
        keys.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        keys.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        keys.remove(ConsumerConfig.GROUP_ID_CONFIG);
        RegistrySerde<ModelVersion> serde = new RegistrySerde<>(ModelVersion.class);
        serde.configure(client, false);
        KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(keys, new StringDeserializer(), new ByteArrayDeserializer());
        TopicPartition partition = new TopicPartition(topic, 0);
        VersionReader reader = new VersionReader(partition, consumer, serde.deserializer());
        try {
            requireOnePartition(consumer, topic);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            return reader;
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** With several partitions there would be no order of all announcements. */
    private static void requireOnePartition(KafkaConsumer<?, ?> consumer, String topic) {
        int partitions;
        try {
            partitions = consumer.partitionsFor(topic, PATIENCE).size();
        } catch (KafkaException e) {
            throw unreadable(topic, e);
        }
        if (partitions != 1) {
            throw new VersionTopicException(
                    partitions == 0
                            ? "topic " + topic + " is missing; create it with './rerank topics create'"
                            : "topic " + topic + " has " + partitions + " partitions, but announcements have one order:"
                                    + " it must have 1; delete it and create it with './rerank topics create'",
                    null);
        }
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
        take(consumer.poll(wait));
        return standing;
    }

    /** Lets the thread that waits in {@link #poll}, or waits there next, go with an exception. */
    public void wakeup() {
        consumer.wakeup();
    }

    /** The announcements that came since the last call, up to the end of the topic as it is now. */
    List<ModelVersion> readNew() {
        List<ModelVersion> read = new ArrayList<>();
        try {
            long end = consumer.endOffsets(List.of(partition), PATIENCE).getOrDefault(partition, 0L);
            long patience = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(partition, PATIENCE) < end) {
                read.addAll(take(consumer.poll(A_MOMENT)));
                if (System.nanoTime() > patience) {
                    throw new TimeoutException("its end, offset " + end + ", was not reached within "
                            + PATIENCE.toSeconds() + " s; is its broker busy or away?");
                }
            }
            return read;
        } catch (KafkaException e) {
            throw unreadable(partition.topic(), e);
        }
    }

    private List<ModelVersion> take(ConsumerRecords<String, byte[]> records) {
        List<ModelVersion> read = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            try {
                ModelVersion announcement = deserializer.deserialize(record.topic(), record.value());
                if (announcement != null) {
                    read.add(announcement);
                    standing = standing.with(announcement);
                }
            } catch (SerializationException e) {
                log.warn("{} offset {} is no announcement of a version", record.topic(), record.offset(), e);
            } catch (RuntimeException e) {
                // The registry is away: the record is read again, or this announcement would be missing for ever.
                consumer.seek(partition, record.offset());
                throw e;
            }
        }
        return read;
    }

    private static VersionTopicException unreadable(String topic, KafkaException cause) {
        return new VersionTopicException("topic " + topic + " cannot be read: " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        consumer.close();
        deserializer.close();
    }
}
