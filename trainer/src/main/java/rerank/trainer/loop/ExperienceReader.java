package rerank.trainer.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.schemas.Experience;
import rerank.schemas.ExperienceRange;
import rerank.schemas.RegistrySerde;
import rerank.schemas.TopicNames;
import rerank.trainer.learning.LoggedQuery;

/**
 * Reads experience: what is new since the committed offsets, and before it some that earlier versions were trained on. It
 * commits nothing itself; the offsets of what was read go into the transaction that announces a version.
 *
 * <p>All partitions are assigned, without a subscription: there is one learner, and if two run by mistake, the one that
 * announces second finds other offsets than it began with. Owned by one thread.
 */
final class ExperienceReader implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ExperienceReader.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration A_MOMENT = Duration.ofMillis(200);

    /** Offsets per record at most, roughly: transactions leave markers between records. */
    private static final int OFFSETS_PER_RECORD = 3;

    private final String topic;
    private final KafkaConsumer<String, byte[]> consumer;
    private final RegistrySerde<Experience> serde;

    private ExperienceReader(String topic, KafkaConsumer<String, byte[]> consumer, RegistrySerde<Experience> serde) {
        this.topic = topic;
        this.consumer = consumer;
        this.serde = serde;
    }

    /**
     * A reader.
     *
     * @param client keys of a Kafka client and of the schema registry's
     * @param group whose committed offsets say what is new
     */
    static ExperienceReader open(Map<String, ?> client, TopicNames topics, String group) {
        Map<String, Object> keys = new HashMap<>(client);
        keys.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        keys.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        keys.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        keys.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        keys.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        RegistrySerde<Experience> serde = new RegistrySerde<>(Experience.class);
        serde.configure(client, false);
        return new ExperienceReader(
                topics.experience(),
                new KafkaConsumer<>(keys, new StringDeserializer(), new ByteArrayDeserializer()),
                serde);
    }

    /**
     * What was read.
     *
     * @param fresh since the committed offsets, by the time they were shown
     * @param earlier before those, likewise
     * @param skipped fresh records that nothing could be learned from
     * @param began the committed offsets that "since" counts from; 0 where there were none
     * @param offsets the next ones to read: to be committed when {@code fresh} is used
     */
    record Batch(
            List<LoggedQuery> fresh,
            List<LoggedQuery> earlier,
            int skipped,
            Map<TopicPartition, Long> began,
            Map<TopicPartition, OffsetAndMetadata> offsets) {
        Batch {
            fresh = sorted(fresh);
            earlier = sorted(earlier);
            began = Map.copyOf(began);
            offsets = Map.copyOf(offsets);
        }

        private static List<LoggedQuery> sorted(List<LoggedQuery> queries) {
            return queries.stream()
                    .sorted(Comparator.comparingLong(LoggedQuery::shownAtMs)
                            .thenComparing(query -> query.query().id()))
                    .toList();
        }

        /** The last of all, oldest first: all fresh ones, which are used up, and as many earlier ones as there is room for. */
        List<LoggedQuery> newest(int most) {
            List<LoggedQuery> all = new ArrayList<>(earlier);
            all.addAll(fresh);
            return List.copyOf(all.subList(Math.max(0, all.size() - Math.max(most, fresh.size())), all.size()));
        }

        /** What {@code fresh} takes of each partition, from its committed offset to the next one to read. */
        List<ExperienceRange> ranges() {
            return offsets.entrySet().stream()
                    .map(next -> new ExperienceRange(
                            next.getKey().partition(),
                            began.getOrDefault(next.getKey(), 0L),
                            next.getValue().offset()))
                    .filter(range -> range.getFrom() < range.getTo())
                    .sorted(Comparator.comparingInt(ExperienceRange::getPartition))
                    .toList();
        }
    }

    /**
     * Reads up to the end of the topic as it is now.
     *
     * @param most fresh records at most, about evenly from the partitions; the others stay fresh for the next time
     * @param earlier records before the committed offsets, about
     * @param texts ids of the queries whose documents are wanted too; of the others only clicks count, and little memory is taken
     */
    Batch read(int most, int earlier, Predicate<String> texts) {
        List<TopicPartition> partitions = partitions();
        consumer.assign(partitions);
        Map<TopicPartition, Long> began = committed(partitions);
        Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions, PATIENCE);
        Map<TopicPartition, Long> end = consumer.endOffsets(partitions, PATIENCE);
        long back = (long) Math.ceil((double) earlier / partitions.size()) * OFFSETS_PER_RECORD;
        Map<TopicPartition, Long> next = new HashMap<>();
        for (TopicPartition partition : partitions) {
            long from = Math.max(first.getOrDefault(partition, 0L), began.getOrDefault(partition, 0L) - back);
            consumer.seek(partition, from);
            next.put(partition, Math.max(from, began.getOrDefault(partition, 0L)));
        }
        var reading = new Reading(began, end, (int) Math.ceil((double) most / partitions.size()), texts);
        reading.run(partitions, next);
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        next.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
        return new Batch(reading.fresh, reading.earlier, reading.skipped, began, offsets);
    }

    /** Offsets that are committed now; 0 where there are none. */
    Map<TopicPartition, Long> committed() {
        return committed(partitions());
    }

    /** Whose offsets they are. */
    ConsumerGroupMetadata group() {
        return consumer.groupMetadata();
    }

    private Map<TopicPartition, Long> committed(List<TopicPartition> partitions) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        consumer.committed(new HashSet<>(partitions), PATIENCE)
                .forEach((partition, offset) -> offsets.put(partition, offset == null ? 0 : offset.offset()));
        return offsets;
    }

    private List<TopicPartition> partitions() {
        List<TopicPartition> partitions = consumer.partitionsFor(topic, PATIENCE).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new KafkaException("topic " + topic + " is missing; create it with './rerank topics create'");
        }
        return partitions;
    }

    /** One pass over the partitions. */
    private final class Reading {
        private final Map<TopicPartition, Long> began;
        private final Map<TopicPartition, Long> end;
        private final int mostFresh;
        private final Predicate<String> texts;
        private final List<LoggedQuery> fresh = new ArrayList<>();
        private final List<LoggedQuery> earlier = new ArrayList<>();
        private final Map<TopicPartition, Integer> taken = new HashMap<>();
        private int skipped;

        Reading(
                Map<TopicPartition, Long> began,
                Map<TopicPartition, Long> end,
                int mostFresh,
                Predicate<String> texts) {
            this.began = began;
            this.end = end;
            this.mostFresh = mostFresh;
            this.texts = texts;
        }

        void run(List<TopicPartition> partitions, Map<TopicPartition, Long> next) {
            Set<TopicPartition> open = new HashSet<>(partitions);
            long patience = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                open.removeIf(partition -> isDone(partition, next));
                if (open.isEmpty()) {
                    return;
                }
                boolean hasNews = false;
                for (ConsumerRecord<String, byte[]> record : consumer.poll(A_MOMENT)) {
                    var partition = new TopicPartition(record.topic(), record.partition());
                    if (record.offset() < end.getOrDefault(partition, 0L)) {
                        hasNews |= take(record, partition, next);
                    }
                }
                if (hasNews) {
                    patience = System.nanoTime() + PATIENCE.toNanos();
                } else if (System.nanoTime() > patience) {
                    throw new TimeoutException("topic " + topic + " cannot be read to its end within "
                            + PATIENCE.toSeconds() + " s; is its broker busy or away?");
                }
            }
        }

        private boolean isDone(TopicPartition partition, Map<TopicPartition, Long> next) {
            if (taken.getOrDefault(partition, 0) >= mostFresh) {
                return true;
            }
            long position = consumer.position(partition, PATIENCE);
            long last = end.getOrDefault(partition, 0L);
            if (position >= last) {
                // What came after the end was looked up is passed over now and read next time.
                next.merge(partition, last, Math::max);
                return true;
            }
            return false;
        }

        private boolean take(
                ConsumerRecord<String, byte[]> record, TopicPartition partition, Map<TopicPartition, Long> next) {
            boolean isFresh = record.offset() >= began.getOrDefault(partition, 0L);
            if (isFresh && taken.getOrDefault(partition, 0) >= mostFresh) {
                return false;
            }
            var query = decoded(record);
            if (isFresh) {
                taken.merge(partition, 1, Integer::sum);
                next.put(partition, record.offset() + 1);
                skipped += query.isEmpty() ? 1 : 0;
            }
            query.ifPresent((isFresh ? fresh : earlier)::add);
            return true;
        }

        private Optional<LoggedQuery> decoded(ConsumerRecord<String, byte[]> record) {
            try {
                Experience event = serde.deserializer().deserialize(record.topic(), record.value());
                return event == null ? Optional.empty() : Experiences.query(event, texts.test(event.getQueryId()));
            } catch (SerializationException e) {
                log.warn(
                        "{} partition {} offset {} is no experience",
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        e);
                return Optional.empty();
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
        serde.close();
    }
}
