package rerank.benchmarks;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The least that exactly-once work on Kafka can cost: reads a topic and writes every record to another one,
 * committing as often as the worker does, offsets in the same transaction. Runs on a thread of its own until it is closed.
 */
final class RawLoop implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(5);

    /** As the worker's: transactions that follow each other at once wait for the coordinator, 100 ms at a time. */
    private static final Duration COMMIT_INTERVAL = Duration.ofMillis(25);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final KafkaProducer<byte[], byte[]> producer;
    private final String to;
    private final Thread thread;
    private volatile boolean isRunning = true;

    RawLoop(Map<String, ?> client, String from, String to) {
        this.to = to;
        Map<String, Object> reading = new HashMap<>(client);
        reading.putAll(Map.of(
                "group.id", "raw-loop",
                "isolation.level", "read_committed",
                "enable.auto.commit", false,
                "auto.offset.reset", "earliest"));
        this.consumer = new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        Map<String, Object> writing = new HashMap<>(client);
        writing.putAll(Map.of("transactional.id", "raw-loop", "linger.ms", 0));
        this.producer = new KafkaProducer<>(writing, new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
        consumer.subscribe(List.of(from));
        this.thread = new Thread(this::loop, "raw-loop");
        thread.start();
    }

    private void loop() {
        while (isRunning) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                transaction(records);
            }
        }
    }

    /** Writes what comes within one commit interval. */
    @SuppressWarnings("FutureReturnValueIgnored") // committing the transaction fails if a send did
    private void transaction(ConsumerRecords<byte[], byte[]> first) {
        long end = System.nanoTime() + COMMIT_INTERVAL.toNanos();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        producer.beginTransaction();
        ConsumerRecords<byte[], byte[]> records = first;
        while (true) {
            for (ConsumerRecord<byte[], byte[]> record : records) {
                producer.send(new ProducerRecord<>(to, record.key(), record.value()));
                offsets.put(
                        new TopicPartition(record.topic(), record.partition()),
                        new OffsetAndMetadata(record.offset() + 1));
            }
            if (System.nanoTime() >= end) {
                break;
            }
            records = consumer.poll(POLL);
        }
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        producer.commitTransaction();
    }

    @Override
    public void close() throws InterruptedException {
        isRunning = false;
        thread.join();
        producer.close();
        consumer.close();
    }
}
