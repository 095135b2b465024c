package rerank.cli.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.RegistrySerde;
import rerank.schemas.TopicNames;

/** Publishes what users do. Owned by one thread. */
final class FeedbackPublisher implements AutoCloseable {
    private final String topic;
    private final KafkaProducer<String, FeedbackEvent> producer;
    private volatile @Nullable Exception failure;

    FeedbackPublisher(Map<String, ?> client, TopicNames topics) {
        this.topic = topics.feedback();
        RegistrySerde<FeedbackEvent> serde = new RegistrySerde<>(FeedbackEvent.class);
        serde.configure(client, false);
        Map<String, Object> config = new HashMap<>(client);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 1);
        this.producer = new KafkaProducer<>(config, new StringSerializer(), serde.serializer());
    }

    /**
     * Publishes without waiting for the brokers.
     *
     * @throws KafkaException if an event before could not be published
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of a failure
    void publish(FeedbackEvent event) {
        Exception earlier = failure;
        if (earlier != null) {
            throw new KafkaException("cannot publish to " + topic + ": " + earlier.getMessage(), earlier);
        }
        producer.send(new ProducerRecord<>(topic, event.getQueryId(), event), (metadata, thrown) -> {
            if (thrown != null) {
                failure = thrown;
            }
        });
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
