package rerank.cli.feedback;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.FeedbackRules;
import rerank.schemas.RegistrySerde;
import rerank.schemas.TopicNames;

/** Publishes what users did with rankings, keyed by query id. Owned by one thread. */
public final class FeedbackPublisher implements AutoCloseable {
    private final String topic;
    private final KafkaProducer<String, FeedbackEvent> producer;

    /** @param client keys of Kafka clients and of the schema registry, {@code bootstrap.servers} among them */
    public FeedbackPublisher(Map<String, ?> client, TopicNames topics) {
        this.topic = topics.feedback();
        Map<String, Object> config = new HashMap<>(client);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 1);
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        RegistrySerde<FeedbackEvent> serde = new RegistrySerde<>(FeedbackEvent.class);
        serde.configure(client, false);
        this.producer = new KafkaProducer<>(config, new StringSerializer(), serde.serializer());
    }

    /**
     * Publishes an event without waiting for the brokers.
     *
     * @return where it is, once they have it
     * @throws IllegalArgumentException if the worker would refuse the event, saying why
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of a failure and says what it was about
    public Future<RecordMetadata> publish(FeedbackEvent event) {
        FeedbackRules.mistakeIn(event).ifPresent(mistake -> {
            throw new IllegalArgumentException(mistake);
        });
        CompletableFuture<RecordMetadata> where = new CompletableFuture<>();
        producer.send(new ProducerRecord<>(topic, event.getQueryId(), event), (metadata, failure) -> {
            if (failure == null) {
                where.complete(metadata);
            } else {
                where.completeExceptionally(new KafkaException(
                        "cannot publish feedback on query " + event.getQueryId() + " to " + topic + ": "
                                + failure.getMessage(),
                        failure));
            }
        });
        return where;
    }

    /** Waits until the brokers have everything. */
    @Override
    public void close() {
        producer.close();
    }
}
