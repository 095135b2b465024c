package rerank.cli.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import rerank.schemas.TopicNames;

/** Counts what arrives on the topic of experience, so that a cycle begins when all of it is there. Owned by one thread. */
final class ExperienceCount implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);

    private final KafkaConsumer<String, String> consumer;
    private long count;

    ExperienceCount(Map<String, ?> client, TopicNames topics) {
        Map<String, Object> config = new HashMap<>(client);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        this.consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(topics.experience()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /**
     * Waits until so many have arrived in all.
     *
     * @throws IllegalStateException if they have not within this time
     */
    void await(long wanted, Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        while (count < wanted) {
            count += consumer.poll(POLL).count();
            if (count < wanted && System.nanoTime() > end) {
                throw new IllegalStateException(count + " of " + wanted + " experiences arrived within "
                        + timeout.toSeconds() + " s; does the worker attribute feedback (rerank.feedback.enabled)?");
            }
        }
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(5)));
    }
}
