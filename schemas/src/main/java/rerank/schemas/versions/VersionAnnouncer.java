package rerank.schemas.versions;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.RegistrySerde;
import rerank.schemas.TopicNames;

/**
 * Announces versions: to the compacted topic of versions and, in the same transaction, to the topic of decisions.
 *
 * <p>Sequence numbers have no gap and no number is given twice, however many announce at once: all of them use one
 * transactional id, so whoever begins makes the broker refuse what anybody else who began before still has to write. It then
 * reads to the end, decides on that standing, and writes; who is refused begins again.
 *
 * <p>Owned by one thread at a time.
 */
public final class VersionAnnouncer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(VersionAnnouncer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration A_MOMENT = Duration.ofMillis(20);
    private static final int MOST_TRIES = 40;
    private static final int LONGEST_PAUSE_MS = 400;

    private final Map<String, ?> client;
    private final TopicNames topics;
    private final Clock clock;
    private final VersionReader reader;

    private VersionAnnouncer(Map<String, ?> client, TopicNames topics, Clock clock, VersionReader reader) {
        this.client = client;
        this.topics = topics;
        this.clock = clock;
        this.reader = reader;
    }

    /**
     * An announcer.
     *
     * @param client keys of a Kafka client and of the schema registry's
     * @throws VersionTopicException if the topic of versions is missing or cannot be read
     */
    public static VersionAnnouncer open(Map<String, ?> client, TopicNames topics) {
        return new VersionAnnouncer(Map.copyOf(client), topics, Clock.systemUTC(), VersionReader.open(client, topics));
    }

    /**
     * What is to be announced in a standing. It may be asked several times, the last one counts; it throws what the caller of
     * {@code announce} is to get.
     */
    @FunctionalInterface
    public interface Decision {
        /** Drafts in their order; the announcer sets their sequence numbers and times. None: nothing is announced. */
        List<ModelVersion> on(ModelVersions standing);
    }

    /** What was announced up to now. */
    public ModelVersions standing() {
        return reader.readToEnd();
    }

    /** Announces one draft whatever the standing is; see {@link #announce(Decision)}. */
    public ModelVersion announce(ModelVersion draft) {
        return announce(standing -> List.of(draft)).get(0);
    }

    /**
     * Announces what a decision makes of the standing. When it returns, every reader of the versions finds it; if that takes
     * too long, the log says so.
     *
     * @return the announcements as they were written
     * @throws VersionTopicException if it cannot be written
     */
    public List<ModelVersion> announce(Decision decision) {
        return announce(decision, Map.of(), null);
    }

    /** Announces drafts whatever the standing is; see {@link #announce(Decision, Map, ConsumerGroupMetadata)}. */
    public List<ModelVersion> announce(
            List<ModelVersion> drafts, Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        return announce(standing -> drafts, offsets, group);
    }

    /**
     * Announces what a decision makes of the standing and commits offsets: both or neither. Without drafts, offsets alone.
     *
     * @param offsets of the records that the decision rests on; the next ones to read
     * @param group whose offsets they are
     * @throws CommitFailedException if the group has given the partitions to others
     * @throws VersionTopicException if it cannot be written
     */
    public List<ModelVersion> announce(
            Decision decision, Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable ConsumerGroupMetadata group) {
        List<ModelVersion> tried = List.of();
        for (int attempt = 1; ; attempt++) {
            KafkaProducer<String, ModelVersion> producer = producer();
            try {
                producer.initTransactions();
                if (wasWritten(tried)) {
                    return tried;
                }
                tried = numbered(decision.on(reader.readToEnd()));
                if (!tried.isEmpty() || !offsets.isEmpty()) {
                    write(producer, tried, offsets, group);
                }
                break;
            } catch (CommitFailedException e) {
                throw e;
            } catch (KafkaException e) {
                failUnlessOver(e, attempt);
            } finally {
                // Nothing is left to send; with patience, one that was fenced waits for its transaction to time out.
                producer.close(Duration.ZERO);
            }
            pause();
        }
        awaitReadable(tried);
        return tried;
    }

    /** Brokers show a transaction to readers a moment after its commit has returned; whoever asks next shall find it. */
    private void awaitReadable(List<ModelVersion> announced) {
        if (announced.isEmpty()) {
            return;
        }
        long last = announced.get(announced.size() - 1).getSequence();
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (reader.poll(A_MOMENT).lastSequence() < last) {
                if (System.nanoTime() > end) {
                    log.warn("number {} is announced, but cannot be read after {} s", last, PATIENCE.toSeconds());
                    return;
                }
            }
        } catch (RuntimeException e) {
            log.warn("number {} is announced, but cannot be read back now", last, e);
        }
    }

    private void failUnlessOver(KafkaException failure, int attempt) {
        if (!isOver(failure)) {
            throw failed("is the broker away, or are the topics missing ('./rerank topics create')?", failure);
        }
        if (attempt == MOST_TRIES) {
            throw failed("others announce all the time; stop them", failure);
        }
        log.info("somebody else announces a version at the same moment, or the broker was away; trying again");
    }

    /** Whether only the transaction came to nothing, so that a new producer may begin again. */
    private static boolean isOver(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException
                    || cause instanceof InvalidProducerEpochException
                    || cause instanceof TransactionAbortableException) {
                return true;
            }
        }
        return false;
    }

    /** A commit may have been done although its answer was lost and somebody else then began. */
    private boolean wasWritten(List<ModelVersion> tried) {
        List<ModelVersion> read = reader.readNew();
        return !tried.isEmpty() && read.containsAll(tried);
    }

    private List<ModelVersion> numbered(List<ModelVersion> drafts) {
        long sequence = reader.readToEnd().lastSequence();
        List<ModelVersion> numbered = new ArrayList<>();
        for (ModelVersion draft : drafts) {
            sequence++;
            numbered.add(ModelVersion.newBuilder(draft)
                    .setSequence(sequence)
                    .setPublishedAtMs(clock.millis())
                    .build());
        }
        return List.copyOf(numbered);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the commit fails when a send did
    private void write(
            KafkaProducer<String, ModelVersion> producer,
            List<ModelVersion> announcements,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            @Nullable ConsumerGroupMetadata group) {
        producer.beginTransaction();
        try {
            for (ModelVersion announcement : announcements) {
                producer.send(new ProducerRecord<>(topics.modelVersions(), announcement.getVersion(), announcement));
                producer.send(new ProducerRecord<>(topics.modelDecisions(), announcement.getVersion(), announcement));
            }
            if (group != null && !offsets.isEmpty()) {
                producer.sendOffsetsToTransaction(offsets, group);
            }
        } catch (RuntimeException e) {
            if (!isOver(e)) {
                abort(producer, e);
            }
            throw e;
        }
        commit(producer);
    }

    /** Lets readers go on. Where it fails, whoever announces next ends the transaction, or its timeout does. */
    private static void abort(KafkaProducer<?, ?> producer, RuntimeException reason) {
        try {
            producer.abortTransaction();
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    private static void commit(KafkaProducer<?, ?> producer) {
        try {
            producer.commitTransaction();
        } catch (TimeoutException e) {
            // The broker may have done it: the same commit again is no second one.
            producer.commitTransaction();
        }
    }

    private KafkaProducer<String, ModelVersion> producer() {
        Map<String, Object> keys = new HashMap<>(client);
        keys.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, topics.modelVersions() + "-announcer");
        keys.put(ProducerConfig.ACKS_CONFIG, "all");
        keys.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        keys.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        keys.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
        keys.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) PATIENCE.toMillis());
        RegistrySerde<ModelVersion> serde = new RegistrySerde<>(ModelVersion.class);
        serde.configure(client, false);
        return new KafkaProducer<>(keys, new StringSerializer(), serde.serializer());
    }

    private static void pause() {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextInt(1, LONGEST_PAUSE_MS));
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private VersionTopicException failed(String todo, KafkaException cause) {
        return new VersionTopicException(
                "a version cannot be announced on " + topics.modelVersions() + " and " + topics.modelDecisions() + ": "
                        + cause.getMessage() + "; " + todo,
                cause);
    }

    @Override
    public void close() {
        reader.close();
    }
}
