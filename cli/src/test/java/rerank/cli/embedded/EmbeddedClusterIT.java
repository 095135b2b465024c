package rerank.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.schemas.CandidateDocument;
import rerank.schemas.CandidateEvent;
import rerank.schemas.QueryEvent;
import rerank.schemas.RegistrySerde;

@Timeout(120)
class EmbeddedClusterIT {
    private static final String TOPIC = "queries";

    @TempDir
    Path directory;

    @Test
    void keepsTopicsRecordsAndSchemaIdsOverARestart() throws Exception {
        List<QueryEvent> queries = List.of(query("q-1"), query("q-2"));
        String subjectsBefore;
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            createTopic(cluster);
            send(cluster, queries);
            subjectsBefore = get(cluster, "/schemas");
        }

        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            assertThat(get(cluster, "/schemas")).isEqualTo(subjectsBefore).contains("QueryEvent");
            assertThat(received(cluster, queries.size())).isEqualTo(queries);

            send(cluster, List.of(query("q-3")));
            assertThat(get(cluster, "/schemas")).isEqualTo(subjectsBefore);
            assertThat(received(cluster, 3)).hasSize(3);
        }
    }

    @Test
    void showsReadersOfCommittedRecordsNoAbortedOnes() throws Exception {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            createTopic(cluster);
            Map<String, Object> config =
                    Map.of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id", "test", "linger.ms", 0);
            try (var producer = new KafkaProducer<>(
                    config, new StringSerializer(), serde(cluster).serializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(TOPIC, "a", query("aborted")))
                        .get();
                producer.abortTransaction();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(TOPIC, "b", query("committed")))
                        .get();
                producer.commitTransaction();
            }

            assertThat(received(cluster, 1)).containsExactly(query("committed"));
        }
    }

    @Test
    void carriesDocumentsOfAMegabyte() throws Exception {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            createTopic(cluster);
            RegistrySerde<CandidateEvent> serde = new RegistrySerde<>(CandidateEvent.class);
            serde.configure(Map.of("schema.registry.url", cluster.registryUrl()), false);
            Map<String, Object> config =
                    Map.of("bootstrap.servers", cluster.bootstrapServers(), "max.request.size", 16 << 20);
            CandidateEvent event = new CandidateEvent(
                    "q", List.of(new CandidateDocument("d", "long", "x".repeat(2 << 20), 1.0)), true);

            try (var producer = new KafkaProducer<>(config, new StringSerializer(), serde.serializer())) {
                assertThat(producer.send(new ProducerRecord<>(TOPIC, "q", event))
                                .get()
                                .serializedValueSize())
                        .isGreaterThan(2 << 20);
            }
        }
    }

    @Test
    void saysThatAPortIsInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> EmbeddedCluster.start(directory, port, 0))
                    .isInstanceOf(EmbeddedClusterException.class)
                    .hasMessageContaining("broker cannot listen on port " + port);
            assertThatThrownBy(() -> EmbeddedCluster.start(directory, 0, port))
                    .isInstanceOf(EmbeddedClusterException.class)
                    .hasMessageContaining("registry cannot listen on port " + port);
        }
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            assertThat(get(cluster, "/subjects")).isEqualTo("[]");
        }
    }

    @Test
    void saysThatTheDirectoryIsInUse() throws Exception {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            assertThatThrownBy(() -> EmbeddedCluster.start(directory))
                    .isInstanceOf(EmbeddedClusterException.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("another process uses it")
                    .hasMessageContaining("name another directory");

            assertThat(get(cluster, "/subjects")).isEqualTo("[]");
        }
    }

    private static QueryEvent query(String id) {
        return QueryEvent.newBuilder().setQueryId(id).setText("quiet keyboards").build();
    }

    private static void createTopic(EmbeddedCluster cluster) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
            admin.createTopics(List.of(
                            new NewTopic(TOPIC, 1, (short) 1).configs(Map.of("max.message.bytes", "" + (16 << 20)))))
                    .all()
                    .get();
        }
    }

    private static void send(EmbeddedCluster cluster, List<QueryEvent> queries) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", cluster.bootstrapServers());
        try (var producer = new KafkaProducer<>(
                config, new StringSerializer(), serde(cluster).serializer())) {
            for (QueryEvent query : queries) {
                producer.send(new ProducerRecord<>(TOPIC, query.getQueryId(), query))
                        .get();
            }
        }
    }

    private static List<QueryEvent> received(EmbeddedCluster cluster, int count) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false);
        List<QueryEvent> received = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(
                config, new StringDeserializer(), serde(cluster).deserializer())) {
            consumer.assign(List.of(new TopicPartition(TOPIC, 0)));
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (received.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, QueryEvent> record : consumer.poll(Duration.ofMillis(100))) {
                    received.add(record.value());
                }
            }
        }
        return received;
    }

    private static RegistrySerde<QueryEvent> serde(EmbeddedCluster cluster) {
        RegistrySerde<QueryEvent> serde = new RegistrySerde<>(QueryEvent.class);
        serde.configure(Map.of("schema.registry.url", cluster.registryUrl()), false);
        return serde;
    }

    private static String get(EmbeddedCluster cluster, String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(cluster.registryUrl() + path)).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }
}
