package rerank.schemas.versions;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
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
import rerank.schemas.RegistrySerde;

/**
 * Reads a topic of one partition from the first record on, only what was committed, with no consumer group: every reader sees
 * all of it. A record that is no event of the type is named in the log and passed over. A call that throws has read nothing:
 * the next one begins where it began.
 *
 * <p>Owned by one thread at a time; {@link #wakeup()} alone may be called by another.
 */
final class RecordReader<T extends SpecificRecord> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RecordReader.class);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration A_MOMENT = Duration.ofMillis(100);

    private final Class<T> type;
    private final TopicPartition partition;
    private final Consumer<String, byte[]> consumer;
    private final Deserializer<T> deserializer;

    /** A reader from where the consumer stands; it closes both. */
    RecordReader(
            Class<T> type, TopicPartition partition, Consumer<String, byte[]> consumer, Deserializer<T> deserializer) {
        this.type = type;
        this.partition = partition;
        this.consumer = consumer;
        this.deserializer = deserializer;
    }

    /**
     * A reader that has read nothing yet; empty if there is no such topic.
     *
     * @param client keys of a Kafka client and of the schema registry's
     * @throws VersionTopicException if the topic cannot be read, or has more than one partition
     */
    static <T extends SpecificRecord> Optional<RecordReader<T>> open(
            Map<String, ?> client, String topic, Class<T> type) {
        Map<String, Object> keys = new HashMap<>(client);
        keys.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        keys.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        keys.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        keys.remove(ConsumerConfig.GROUP_ID_CONFIG);
        RegistrySerde<T> serde = new RegistrySerde<>(type);
        serde.configure(client, false);
        KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(keys, new StringDeserializer(), new ByteArrayDeserializer());
        TopicPartition partition = new TopicPartition(topic, 0);
        RecordReader<T> reader = new RecordReader<>(type, partition, consumer, serde.deserializer());
        try {
            if (!hasOnePartition(consumer, topic)) {
                reader.close();
                return Optional.empty();
            }
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            return Optional.of(reader);
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** False if it has none; with several there would be no order of all records. */
    private static boolean hasOnePartition(KafkaConsumer<?, ?> consumer, String topic) {
        int partitions;
        try {
            partitions = consumer.partitionsFor(topic, PATIENCE).size();
        } catch (KafkaException e) {
            throw unreadable(topic, e);
        }
        if (partitions > 1) {
            throw new VersionTopicException(
                    "topic " + topic + " has " + partitions
                            + " partitions, but its records have one order: it must have"
                            + " 1; delete it and create it with './rerank topics create'",
                    null);
        }
        return partitions == 1;
    }

    /**
     * Waits for records for a while.
     *
     * @throws org.apache.kafka.common.errors.WakeupException after {@link #wakeup()}
     */
    List<T> poll(Duration wait) {
        List<T> read = new ArrayList<>();
        ConsumerRecords<String, byte[]> records = consumer.poll(wait);
        for (ConsumerRecord<String, byte[]> record : records) {
            try {
                T event = deserializer.deserialize(record.topic(), record.value());
                if (event != null) {
                    read.add(event);
                }
            } catch (SerializationException e) {
                log.warn("{} offset {} is no {}", record.topic(), record.offset(), type.getSimpleName(), e);
            } catch (RuntimeException e) {
                // The registry is away: without this step back, these events would be missing for ever.
                consumer.seek(partition, records.records(partition).get(0).offset());
                throw e;
            }
        }
        return read;
    }

    /**
     * What came since the last call, up to the end of the topic as it is now.
     *
     * @throws VersionTopicException if the end is not reached within 15 s
     */
    List<T> readToEnd() {
        try {
            long begin = consumer.position(partition, PATIENCE);
            try {
                return readFrom(begin);
            } catch (RuntimeException e) {
                consumer.seek(partition, begin);
                throw e;
            }
        } catch (KafkaException e) {
            throw unreadable(partition.topic(), e);
        }
    }

    private List<T> readFrom(long begin) {
        List<T> read = new ArrayList<>();
        long end = consumer.endOffsets(List.of(partition), PATIENCE).getOrDefault(partition, begin);
        long patience = System.nanoTime() + PATIENCE.toNanos();
        while (consumer.position(partition, PATIENCE) < end) {
            read.addAll(poll(A_MOMENT));
            if (System.nanoTime() > patience) {
                throw new TimeoutException("its end, offset " + end + ", was not reached within " + PATIENCE.toSeconds()
                        + " s; is its broker busy or away?");
            }
        }
        return read;
    }

    /** Lets the thread that waits in {@link #poll}, or waits there next, go with an exception. */
    void wakeup() {
        consumer.wakeup();
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
