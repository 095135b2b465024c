package rerank.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import rerank.schemas.TopicNames;

/**
 * What is on the topic of experience, as a reader under {@code read_committed} sees it.
 *
 * @param queryIds of all records, in any order
 */
record ExperienceLog(List<String> queryIds) {
    private static final Duration QUIET = Duration.ofSeconds(3);

    /** Reads until so many are there and nothing came for a while, or time is up. */
    static ExperienceLog await(Map<String, ?> client, TopicNames topics, int wanted, Duration patience) {
        Map<String, Object> config = new HashMap<>(client);
        config.put("isolation.level", "read_committed");
        List<String> ids = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topics.experience()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long end = System.nanoTime() + patience.toNanos();
            long last = System.nanoTime();
            while (System.nanoTime() < end && (ids.size() < wanted || System.nanoTime() - last < QUIET.toNanos())) {
                for (var record : consumer.poll(Duration.ofMillis(50))) {
                    ids.add(record.key());
                    last = System.nanoTime();
                }
            }
        }
        return new ExperienceLog(List.copyOf(ids));
    }
}
