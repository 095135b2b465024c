package rerank.cli;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rerank.cli.feedback.ExperienceText;
import rerank.schemas.Experience;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedResults;
import rerank.schemas.RegistrySerde;
import rerank.schemas.TopicNames;
import rerank.topology.worker.WorkerConfig;

/** {@code rerank tail}: the rankings, or what users did with them, as they appear, readable. */
@Command(
        name = "tail",
        description = "Print rankings, or experience, as they appear on the topic, readable, until it is interrupted.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TailCommand implements Callable<Integer> {
    private static final int REMEMBERED_QUERIES = 10_000;

    @Mixin
    private final ConfigOption config = new ConfigOption();

    @Option(
            names = "--experience",
            description = "Instead of rankings, what was shown and what users did with it, once its window is closed.")
    private boolean experience;

    @Option(names = "--from-beginning", description = "Begin with the oldest one that is kept.")
    private boolean fromBeginning;

    @Option(
            names = "--top",
            paramLabel = "N",
            description = "Results shown of each; of experience, besides those acted on. Default: ${DEFAULT-VALUE}.")
    private int top = 3;

    @Option(names = "--limit", paramLabel = "N", description = "Stop after N of them.")
    private int limit;

    /** Texts of the queries read so far, the oldest forgotten first. */
    private final Map<String, String> texts = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED_QUERIES;
        }
    };

    @Override
    public Integer call() throws Exception {
        WorkerConfig worker = ConfigOption.requireBroker(config.load());
        TopicNames topics = worker.topicPlan().names();
        Map<String, Object> client = new HashMap<>(ConfigOption.client(worker));
        client.put("isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(client, new StringDeserializer(), new ByteArrayDeserializer())) {
            if (experience) {
                followExperience(consumer, client, topics);
            } else {
                followRankings(consumer, client, topics);
            }
        }
        return 0;
    }

    private void followExperience(
            KafkaConsumer<String, byte[]> consumer, Map<String, Object> client, TopicNames topics) {
        try (RegistrySerde<Experience> experiences = new RegistrySerde<>(Experience.class)) {
            experiences.configure(client, false);
            ExperienceText printer = new ExperienceText(top);
            start(consumer, List.of(topics.experience()));
            follow(consumer, record -> {
                Experience shown = read(experiences, record);
                return shown == null ? "" : printer.of(shown);
            });
        }
    }

    private void followRankings(KafkaConsumer<String, byte[]> consumer, Map<String, Object> client, TopicNames topics) {
        try (RegistrySerde<QueryEvent> queries = new RegistrySerde<>(QueryEvent.class);
                RegistrySerde<RankedResults> results = new RegistrySerde<>(RankedResults.class)) {
            queries.configure(client, false);
            results.configure(client, false);
            RankedResultsText printer = new RankedResultsText(top);
            start(consumer, List.of(topics.queries(), topics.rankedResults()));
            follow(consumer, record -> {
                if (record.topic().equals(topics.queries())) {
                    QueryEvent query = read(queries, record);
                    if (query != null) {
                        texts.put(query.getQueryId(), query.getText());
                    }
                    return "";
                }
                RankedResults ranking = read(results, record);
                return ranking == null ? "" : printer.of(heading(ranking.getQueryId()), ranking);
            });
        }
    }

    private String heading(String queryId) {
        return texts.containsKey(queryId) ? texts.get(queryId) + "  [" + queryId + "]" : "[" + queryId + "]";
    }

    /** Prints what {@code text} makes of the records, up to the limit; nothing where it is empty. */
    private void follow(KafkaConsumer<String, byte[]> consumer, Function<ConsumerRecord<String, byte[]>, String> text) {
        int printed = 0;
        while (limit == 0 || printed < limit) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                String lines = text.apply(record);
                if (!lines.isEmpty() && (limit == 0 || printed < limit)) {
                    System.out.print(lines);
                    printed++;
                }
            }
        }
    }

    private void start(KafkaConsumer<?, ?> consumer, List<String> topics) {
        List<TopicPartition> partitions = topics.stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        if (fromBeginning) {
            consumer.seekToBeginning(partitions);
        } else {
            consumer.seekToEnd(partitions);
        }
    }

    /** A record that is not what belongs there is named and passed over: others write to these topics too. */
    private static <T extends SpecificRecord> @Nullable T read(
            RegistrySerde<T> serde, ConsumerRecord<String, byte[]> record) {
        try {
            return serde.deserializer().deserialize(record.topic(), record.value());
        } catch (SerializationException e) {
            System.err.println("rerank tail: " + record.topic() + " partition " + record.partition() + " offset "
                    + record.offset() + ": " + Failure.inOneLine(e));
            return null;
        }
    }
}
