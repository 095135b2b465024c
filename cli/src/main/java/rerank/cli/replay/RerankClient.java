package rerank.cli.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Candidate;
import rerank.schemas.CandidateDocument;
import rerank.schemas.CandidateEvent;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedResults;
import rerank.schemas.RegistrySerde;
import rerank.schemas.TopicNames;

/**
 * Publishes queries with their candidates and receives the rankings: what a search system around the topics does.
 *
 * <p>It sees the rankings published after it was made, under {@code read_committed}. Owned by one thread.
 */
public final class RerankClient implements AutoCloseable {
    /** Candidate events are cut here, well below the 1 MB that brokers accept by default. */
    private static final int EVENT_CHARACTERS = 200_000;

    private final TopicNames topics;
    private final KafkaProducer<String, QueryEvent> queries;
    private final KafkaProducer<String, CandidateEvent> candidates;
    private final KafkaConsumer<String, RankedResults> results;
    private @Nullable RuntimeException sendFailure;

    /**
     * Connects, and notes where the topic of the rankings ends now.
     *
     * @param client keys of Kafka clients and of the schema registry, {@code bootstrap.servers} among them
     * @throws KafkaException if the brokers cannot be reached or the topics are missing
     */
    public RerankClient(Map<String, ?> client, TopicNames topics) {
        this.topics = topics;
        this.results = new KafkaConsumer<>(
                with(client, ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
                new StringDeserializer(),
                serde(RankedResults.class, client).deserializer());
        Map<String, Object> producer = with(client, ProducerConfig.LINGER_MS_CONFIG, 1);
        this.queries = new KafkaProducer<>(
                producer,
                new StringSerializer(),
                serde(QueryEvent.class, client).serializer());
        this.candidates = new KafkaProducer<>(
                producer,
                new StringSerializer(),
                serde(CandidateEvent.class, client).serializer());
        try {
            startAtTheEnd();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void startAtTheEnd() {
        List<TopicPartition> partitions = results.partitionsFor(topics.rankedResults()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new KafkaException("topic " + topics.rankedResults() + " does not exist; run 'rerank topics create'");
        }
        results.assign(partitions);
        results.seekToEnd(partitions);
        // Seeking is lazy; without asking, rankings published before the first poll would be missed.
        partitions.forEach(results::position);
    }

    private static Map<String, Object> with(Map<String, ?> client, String key, Object value) {
        Map<String, Object> config = new HashMap<>(client);
        config.put(key, value);
        return config;
    }

    private static <T extends SpecificRecord> RegistrySerde<T> serde(Class<T> type, Map<String, ?> client) {
        RegistrySerde<T> serde = new RegistrySerde<>(type);
        serde.configure(client, false);
        return serde;
    }

    /** Publishes a query and its candidates without waiting for the brokers. */
    public void publish(QueryEvent query, List<Candidate> proposed) {
        send(queries, new ProducerRecord<>(topics.queries(), query.getQueryId(), query));
        List<CandidateDocument> documents = new ArrayList<>();
        int characters = 0;
        for (Candidate candidate : proposed) {
            int size = candidate.title().length() + candidate.text().length();
            if (!documents.isEmpty() && characters + size > EVENT_CHARACTERS) {
                publish(query.getQueryId(), documents, false);
                documents = new ArrayList<>();
                characters = 0;
            }
            documents.add(new CandidateDocument(
                    candidate.docId(), candidate.title(), candidate.text(), candidate.firstStageScore()));
            characters += size;
        }
        publish(query.getQueryId(), documents, true);
    }

    private void publish(String queryId, List<CandidateDocument> documents, boolean last) {
        send(
                candidates,
                new ProducerRecord<>(topics.candidates(), queryId, new CandidateEvent(queryId, documents, last)));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of a failure
    private <T> void send(KafkaProducer<String, T> producer, ProducerRecord<String, T> record) {
        producer.send(record, (metadata, failure) -> {
            if (failure != null) {
                noteFailure(new KafkaException(
                        "cannot publish query " + record.key() + " to " + record.topic() + ": " + failure.getMessage(),
                        failure));
            }
        });
    }

    private synchronized void noteFailure(RuntimeException failure) {
        if (sendFailure == null) {
            sendFailure = failure;
        }
    }

    private synchronized void throwNotedFailure() {
        if (sendFailure != null) {
            throw sendFailure;
        }
    }

    /**
     * The rankings that have come, waiting for the first at most this long.
     *
     * @throws KafkaException if an event could not be published or a ranking could not be read
     */
    public List<RankedResults> receive(Duration timeout) {
        throwNotedFailure();
        List<RankedResults> received = new ArrayList<>();
        results.poll(timeout).forEach(record -> received.add(record.value()));
        return received;
    }

    @Override
    public void close() {
        queries.close(Duration.ofSeconds(5));
        candidates.close(Duration.ofSeconds(5));
        results.close(CloseOptions.timeout(Duration.ofSeconds(5)));
    }
}
