package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rerank.cli.replay.RerankClient;
import rerank.model.ranking.Candidate;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;

/** Bad input on a real broker, all of it at one worker, which afterwards answers a good query as if nothing had been. */
class BadInputIT {
    private static final byte[] NOT_AVRO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final byte[] UNKNOWN_SCHEMA_ID = {0, 0, 1, (byte) 0x86, (byte) 0x9f, 4, 'h', 'i'};

    @Test
    @Timeout(240)
    void aWorkerOutlivesEverythingThatCanBePublished() throws Exception {
        try (EmbeddedService service = EmbeddedService.start(new SlowJudge(0), Map.of());
                RerankClient client = new RerankClient(service.client(), service.topics());
                KafkaProducer<byte[], byte[]> raw =
                        new KafkaProducer<>(service.client(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (byte[] bytes : List.of(NOT_AVRO, UNKNOWN_SCHEMA_ID)) {
                raw.send(new ProducerRecord<>(
                                service.topics().queries(), "bad".getBytes(StandardCharsets.UTF_8), bytes))
                        .get();
            }
            client.publish(query("blank").setText("  ").build(), candidates(1, 10));
            client.publish(
                    query("past").setDeadlineMs(1).setExpectedCandidates(2).build(), List.of());
            client.publish(query("none").setExpectedCandidates(0).build(), List.of());
            client.publish(query("many").setExpectedCandidates(10_000).build(), candidates(10_000, 20));
            client.publish(query("long").setExpectedCandidates(1).build(), candidates(1, 1_000_000));
            client.publish(
                    query("odd").setText("bell \u0007 and half a \ud83d pair").build(), candidates(2, 10));
            client.publish(query("twice").build(), twice(candidates(3, 10)));
            client.publish(query("twice").build(), candidates(3, 10));
            client.publish(query("good").build(), candidates(3, 10));

            Map<String, List<RankedResults>> answers = receive(client, 7);

            assertThat(answers).containsOnlyKeys("past", "none", "many", "long", "odd", "twice", "good");
            assertThat(answers.values())
                    .allSatisfy(results -> assertThat(results).hasSize(1));
            assertThat(only(answers, "past").getStatus()).isEqualTo(RankingStatus.PARTIAL);
            assertThat(only(answers, "none").getItems()).isEmpty();
            assertThat(only(answers, "many").getCandidatesReceived()).isEqualTo(10_000);
            assertThat(only(answers, "many").getCandidatesJudged()).isEqualTo(1000);
            assertThat(only(answers, "long").getItems())
                    .singleElement()
                    .satisfies(item -> assertThat(item.getJudged()).isTrue());
            assertThat(only(answers, "odd").getItems()).hasSize(2);
            assertThat(only(answers, "twice").getItems())
                    .extracting(RankedItem::getDocId)
                    .containsExactlyInAnyOrder("d0", "d1", "d2");
            assertThat(only(answers, "good").getStatus()).isEqualTo(RankingStatus.COMPLETE);
            List<ConsumerRecord<byte[], byte[]>> dead = deadLetters(service);
            assertThat(dead).extracting(ConsumerRecord::value).contains(NOT_AVRO, UNKNOWN_SCHEMA_ID);
            assertThat(dead)
                    .allSatisfy(record -> assertThat(record.headers()
                                    .lastHeader("rerank.error.reason")
                                    .value())
                            .isNotEmpty());
        }
    }

    private static QueryEvent.Builder query(String id) {
        return QueryEvent.newBuilder().setQueryId(id).setText("query " + id);
    }

    private static List<Candidate> candidates(int count, int characters) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Candidate("d" + i, "", "x".repeat(characters), count - i, i + 1))
                .toList();
    }

    private static List<Candidate> twice(List<Candidate> candidates) {
        List<Candidate> all = new ArrayList<>(candidates);
        all.addAll(candidates);
        return all;
    }

    private static RankedResults only(Map<String, List<RankedResults>> answers, String id) {
        return answers.get(id).get(0);
    }

    private static Map<String, List<RankedResults>> receive(RerankClient client, int queries) {
        Map<String, List<RankedResults>> answers = new HashMap<>();
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        long quietFrom = Long.MAX_VALUE;
        // After the last one, a moment more for answers that must not come.
        while (System.nanoTime() < Math.min(end, quietFrom)) {
            client.receive(Duration.ofMillis(50))
                    .forEach(results -> answers.computeIfAbsent(results.getQueryId(), id -> new ArrayList<>())
                            .add(results));
            if (answers.size() == queries && quietFrom == Long.MAX_VALUE) {
                quietFrom = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            }
        }
        return answers;
    }

    private static List<ConsumerRecord<byte[], byte[]>> deadLetters(EmbeddedService service) {
        try (var consumer =
                new KafkaConsumer<>(service.client(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition only = new TopicPartition(service.topics().deadLetters(), 0);
            consumer.assign(List.of(only));
            consumer.seekToBeginning(List.of(only));
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            long end = consumer.endOffsets(List.of(only)).get(only);
            while (consumer.position(only) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }
}
