package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.cli.embedded.EmbeddedCluster;
import rerank.cli.replay.RerankClient;
import rerank.model.ranking.Candidate;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;
import rerank.topology.worker.Topics;
import rerank.topology.worker.WorkerConfig;

/**
 * Kills the worker's process with SIGKILL under load, again and again: every query is answered exactly once, completely
 * and correctly, be its pairs judged or its windows read one after another.
 */
class CrashIT {
    private static final int QUERIES = 600;
    private static final int CANDIDATES = 10;

    /** Three windows; every tenth query has so many, in mode listwise. */
    private static final int LISTED = 35;

    private static final int QUERIES_PER_SECOND = 40;
    private static final int KILLS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"owner", "fan-out"})
    @Timeout(value = 180, unit = TimeUnit.SECONDS)
    void answersEveryQueryExactlyOnceThoughTheWorkerIsKilledAgainAndAgain(String placement) throws Exception {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory.resolve("cluster"))) {
            WorkerConfig config = config(cluster, placement);
            try (Admin admin = Admin.create(config.admin())) {
                new Topics(admin, config.topicPlan()).create();
            }

            Map<String, List<RankedResults>> answers = killAndRestartUnderLoad(config);

            assertThat(answers).hasSize(QUERIES);
            assertThat(answers)
                    .allSatisfy((id, results) ->
                            assertThat(results).as(id).singleElement().satisfies(CrashIT::assertCompleteAndInOrder));
            assertThat(recordsIn(config, config.topicPlan().names().deadLetters()))
                    .isZero();
        }
    }

    private Map<String, List<RankedResults>> killAndRestartUnderLoad(WorkerConfig config) throws Exception {
        Map<String, List<RankedResults>> answers = new HashMap<>();
        Process worker = CrashWorker.start(directory);
        try (RerankClient client =
                new RerankClient(ConfigOption.client(config), config.topicPlan().names())) {
            int sent = 0;
            int kills = 0;
            long start = System.nanoTime();
            long lastAnswer = start;
            while (answers.size() < QUERIES) {
                long due = Math.min(QUERIES, (System.nanoTime() - start) * QUERIES_PER_SECOND / 1_000_000_000L + 1);
                for (; sent < due; sent++) {
                    publish(client, "q-" + sent);
                }
                if (receive(client, answers) > 0) {
                    lastAnswer = System.nanoTime();
                }
                // Evenly over the answers, so that each process has done work before it dies, and while others wait.
                if (kills < KILLS && answers.size() >= QUERIES * (kills + 1) / (KILLS + 1)) {
                    worker.destroyForcibly().waitFor();
                    kills++;
                    worker = CrashWorker.start(directory);
                }
                assertThat(Duration.ofNanos(System.nanoTime() - lastAnswer))
                        .as("time without an answer; %d of %d so far, worker %s", answers.size(), QUERIES, log())
                        .isLessThan(PATIENCE);
            }
            assertThat(kills).isEqualTo(KILLS);
            // Whatever a wrong worker would say twice comes within its next commits.
            long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
            while (System.nanoTime() < end) {
                receive(client, answers);
            }
        } finally {
            worker.destroyForcibly().waitFor();
        }
        return answers;
    }

    private static int receive(RerankClient client, Map<String, List<RankedResults>> answers) {
        List<RankedResults> received = client.receive(Duration.ofMillis(10));
        received.forEach(results -> answers.computeIfAbsent(results.getQueryId(), id -> new ArrayList<>())
                .add(results));
        return received.size();
    }

    private static void publish(RerankClient client, String id) {
        boolean isList = isList(id);
        int count = isList ? LISTED : CANDIDATES;
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            candidates.add(new Candidate(id + "-d" + i, "", "text of document " + i, count - i, i + 1));
        }
        client.publish(
                QueryEvent.newBuilder()
                        .setQueryId(id)
                        .setText("query " + id)
                        .setMode(isList ? "listwise" : "")
                        .setExpectedCandidates(count)
                        .setDeadlineMs(System.currentTimeMillis()
                                + Duration.ofMinutes(5).toMillis())
                        .build(),
                candidates);
    }

    private static boolean isList(String id) {
        return Integer.parseInt(id.substring("q-".length())) % 10 == 3;
    }

    private static void assertCompleteAndInOrder(RankedResults results) {
        boolean isList = isList(results.getQueryId());
        assertThat(results.getStatus()).isEqualTo(RankingStatus.COMPLETE);
        assertThat(results.getMode()).isEqualTo(isList ? "listwise" : "label");
        assertThat(results.getItems()).hasSize(isList ? LISTED : CANDIDATES);
        assertThat(results.getItems()).extracting(RankedItem::getDocId).doesNotHaveDuplicates();
        // The top ten of windows are in order; below them, only as far as a window saw.
        assertThat(results.getItems().subList(0, CANDIDATES))
                .extracting(item -> SlowJudge.relevance(item.getDocId()))
                .isSortedAccordingTo(Comparator.reverseOrder());
    }

    private WorkerConfig config(EmbeddedCluster cluster, String placement) throws IOException {
        Path file = Files.writeString(directory.resolve("worker.properties"), """
                bootstrap.servers=%s
                schema.registry.url=%s
                state.dir=%s
                rerank.judge.placement=%s
                rerank.topics.partitions=4
                rerank.topics.pairs.partitions=8
                """.formatted(
                        cluster.bootstrapServers(), cluster.registryUrl(), directory.resolve("state"), placement));
        return WorkerConfig.load(file);
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("worker.log"));
    }

    private static long recordsIn(WorkerConfig config, String topic) {
        try (var consumer = new KafkaConsumer<>(
                ConfigOption.client(config), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            return consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }
}
