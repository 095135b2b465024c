package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.cli.embedded.EmbeddedCluster;
import rerank.cli.feedback.FeedbackPublisher;
import rerank.cli.replay.RerankClient;
import rerank.model.ranking.Candidate;
import rerank.schemas.Experience;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.FeedbackKind;
import rerank.schemas.Impression;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RegistrySerde;
import rerank.schemas.UserAction;
import rerank.topology.worker.Topics;
import rerank.topology.worker.WorkerConfig;

/**
 * Kills the worker's process with SIGKILL while windows are open: each answer gives one experience, and each action on it
 * is in it once.
 */
class FeedbackIT {
    private static final int QUERIES = 200;
    private static final int CANDIDATES = 5;
    private static final int QUERIES_PER_SECOND = 20;
    private static final int KILLS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    private final Map<String, RankedResults> answers = new HashMap<>();
    private final Map<String, List<String>> acted = new TreeMap<>();
    private final Map<String, List<Experience>> experiences = new TreeMap<>();

    @Test
    @Timeout(value = 240, unit = TimeUnit.SECONDS)
    void losesNoFeedbackAndCountsNoneTwiceThoughTheWorkerIsKilled() throws Exception {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory.resolve("cluster"))) {
            WorkerConfig config = config(cluster);
            try (Admin admin = Admin.create(config.admin())) {
                new Topics(admin, config.topicPlan()).create();
            }

            serveAndKill(config);

            assertThat(experiences.keySet()).isEqualTo(acted.keySet()).hasSize(QUERIES);
            assertThat(experiences)
                    .allSatisfy((id, all) -> assertThat(all).as(id).hasSize(1));
            acted.forEach(
                    (id, actions) -> assertThat(actionsIn(experiences.get(id).get(0)))
                            .as(id)
                            .containsExactlyInAnyOrderElementsOf(actions));
            assertThat(experiences.values())
                    .allSatisfy(all -> assertThat(all.get(0).getImpressions())
                            .hasSize(CANDIDATES)
                            .allSatisfy(impression ->
                                    assertThat(impression.getText()).startsWith("text of ")));
        }
    }

    private void serveAndKill(WorkerConfig config) throws Exception {
        Map<String, Object> client = ConfigOption.client(config);
        Process worker = CrashWorker.start(directory);
        try (RerankClient queries = new RerankClient(client, config.topicPlan().names());
                FeedbackPublisher users =
                        new FeedbackPublisher(client, config.topicPlan().names());
                KafkaConsumer<String, Experience> reader = reader(config)) {
            publish(queries, "q-0");
            int sent = 1;
            int kills = 0;
            long start = System.nanoTime();
            long progress = start;
            while (experiences.size() < QUERIES) {
                if (answers.isEmpty()) {
                    start = System.nanoTime(); // the load begins when the worker has
                }
                long due = Math.min(QUERIES, (System.nanoTime() - start) * QUERIES_PER_SECOND / 1_000_000_000L + 1);
                for (; sent < due; sent++) {
                    publish(queries, "q-" + sent);
                }
                int before = answers.size() + experiences.size();
                queries.receive(Duration.ofMillis(10)).forEach(results -> act(users, results));
                reader.poll(Duration.ofMillis(10))
                        .forEach(record -> experiences
                                .computeIfAbsent(record.key(), id -> new ArrayList<>())
                                .add(record.value()));
                if (answers.size() + experiences.size() > before) {
                    progress = System.nanoTime();
                }
                if (kills < KILLS && answers.size() >= QUERIES * (kills + 1) / (KILLS + 1)) {
                    worker.destroyForcibly().waitFor();
                    kills++;
                    worker = CrashWorker.start(directory);
                }
                assertThat(Duration.ofNanos(System.nanoTime() - progress))
                        .as("nothing came; %d answers, %d experiences", answers.size(), experiences.size())
                        .isLessThan(PATIENCE);
            }
            assertThat(kills).isEqualTo(KILLS);
            // Whatever a wrong worker would say twice comes within its next commits.
            long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
            while (System.nanoTime() < end) {
                reader.poll(Duration.ofMillis(50))
                        .forEach(record -> experiences
                                .computeIfAbsent(record.key(), id -> new ArrayList<>())
                                .add(record.value()));
            }
        } finally {
            worker.destroyForcibly().waitFor();
        }
    }

    /** Clicks on the first and the last result, each twice as a producer that retries would. */
    private void act(FeedbackPublisher users, RankedResults results) {
        String id = results.getQueryId();
        assertThat(answers.put(id, results)).as("answers of %s", id).isNull();
        List<String> actions = new ArrayList<>();
        for (int place : new int[] {0, CANDIDATES - 1}) {
            RankedItem item = results.getItems().get(place);
            FeedbackEvent click = FeedbackEvent.newBuilder()
                    .setQueryId(id)
                    .setDocId(item.getDocId())
                    .setKind(FeedbackKind.CLICK)
                    .setPosition(item.getRank())
                    .setAtMs(1000 + place)
                    .build();
            users.publish(click);
            users.publish(click);
            actions.add(item.getDocId() + "@" + item.getRank() + " " + click.getAtMs());
        }
        acted.put(id, actions);
    }

    private static List<String> actionsIn(Experience experience) {
        List<String> actions = new ArrayList<>();
        for (Impression impression : experience.getImpressions()) {
            for (UserAction action : impression.getActions()) {
                actions.add(impression.getDocId() + "@" + impression.getPosition() + " " + action.getAtMs());
            }
        }
        return actions;
    }

    private static void publish(RerankClient client, String id) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < CANDIDATES; i++) {
            String docId = id + "-d" + i;
            candidates.add(new Candidate(docId, "", "text of " + docId, CANDIDATES - i, i + 1));
        }
        client.publish(
                QueryEvent.newBuilder()
                        .setQueryId(id)
                        .setText("a query")
                        .setExpectedCandidates(CANDIDATES)
                        .setDeadlineMs(System.currentTimeMillis()
                                + Duration.ofMinutes(5).toMillis())
                        .build(),
                candidates);
    }

    private WorkerConfig config(EmbeddedCluster cluster) throws IOException {
        Path file = Files.writeString(directory.resolve("worker.properties"), """
                bootstrap.servers=%s
                schema.registry.url=%s
                state.dir=%s
                rerank.topics.partitions=2
                rerank.feedback.window.ms=15000
                """.formatted(
                        cluster.bootstrapServers(), cluster.registryUrl(), directory.resolve("state")));
        return WorkerConfig.load(file);
    }

    private static KafkaConsumer<String, Experience> reader(WorkerConfig config) {
        Map<String, Object> client = new HashMap<>(ConfigOption.client(config));
        client.put("isolation.level", "read_committed");
        RegistrySerde<Experience> serde = new RegistrySerde<>(Experience.class);
        serde.configure(client, false);
        KafkaConsumer<String, Experience> reader =
                new KafkaConsumer<>(client, new StringDeserializer(), serde.deserializer());
        String topic = config.topicPlan().names().experience();
        List<TopicPartition> partitions = reader.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        reader.assign(partitions);
        reader.seekToBeginning(partitions);
        return reader;
    }
}
