package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.cli.feedback.FeedbackPublisher;
import rerank.cli.replay.RerankClient;
import rerank.model.ranking.Candidate;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.FeedbackKind;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedResults;
import rerank.schemas.TopicNames;
import rerank.schemas.versions.VersionReader;
import rerank.topology.worker.Topics;
import rerank.topology.worker.WorkerConfig;
import rerank.trainer.loop.CycleReport;
import rerank.trainer.loop.LearnConfig;
import rerank.trainer.loop.Learner;

/**
 * Kills broker, worker and learner with SIGKILL at random moments while users ask and click and versions go out: every query
 * becomes experience once, every experience is used once, versions are numbered without a gap, and what was announced can be
 * loaded.
 */
class LearnFaultsIT {
    private static final int QUERIES = 240;
    private static final int CANDIDATES = 4;
    private static final int QUERIES_PER_SECOND = 6;
    private static final int KILLS = 9;
    private static final long SEED = 20_261_129;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final List<String> ROLES = List.of("learner", "worker", "broker");

    @TempDir
    Path directory;

    private final Map<String, Process> processes = new HashMap<>();
    private final Map<String, List<RankedResults>> answers = new HashMap<>();
    private int brokerPort;
    private int registryPort;

    @Test
    @Timeout(value = 12, unit = TimeUnit.MINUTES)
    void everyExperienceIsUsedOnceThoughAnyProcessMayDieAtAnyMoment() throws Exception {
        TestCheckpoint.write(directory.resolve("base"));
        brokerPort = freePort();
        registryPort = freePort();
        write("worker.properties", workerKeys());
        write("learner.properties", learnerKeys());
        WorkerConfig config = WorkerConfig.load(directory.resolve("worker.properties"));
        try {
            start("broker");
            createTopics(config);
            start("worker");
            start("learner");

            askAndKill(config);

            processes.get("learner").destroyForcibly().waitFor();
            TopicNames topics = config.topicPlan().names();
            ExperienceLog experience = ExperienceLog.await(ConfigOption.client(config), topics, QUERIES, PATIENCE);
            int usedByNone = useWhatIsLeft();
            List<ModelVersion> history = VersionReader.history(ConfigOption.client(config), topics);
            assertThat(answers).hasSize(QUERIES).allSatisfy((id, results) -> assertThat(results)
                    .as(id)
                    .hasSize(1));
            assertThat(experience.queryIds()).hasSize(QUERIES).doesNotHaveDuplicates();
            assertUsedOnce(history, usedByNone);
            assertGapFree(history);
            assertLoadable(history);
        } finally {
            for (Process process : processes.values()) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private void askAndKill(WorkerConfig config) throws Exception {
        Random random = new Random(SEED);
        Map<String, Object> client = ConfigOption.client(config);
        TopicNames topics = config.topicPlan().names();
        try (RerankClient asking = new RerankClient(client, topics);
                FeedbackPublisher feedback = new FeedbackPublisher(client, topics)) {
            long start = System.nanoTime();
            long lastAnswer = start;
            int sent = 0;
            int kills = 0;
            int nextKill = QUERIES / (KILLS + 2);
            while (answers.size() < QUERIES) {
                long due = Math.min(QUERIES, (System.nanoTime() - start) * QUERIES_PER_SECOND / 1_000_000_000L + 1);
                for (; sent < due; sent++) {
                    ask(asking, sent);
                }
                for (RankedResults results : asking.receive(Duration.ofMillis(20))) {
                    lastAnswer = System.nanoTime();
                    answers.computeIfAbsent(results.getQueryId(), id -> new ArrayList<>())
                            .add(results);
                    click(feedback, results);
                }
                if (kills < KILLS && answers.size() >= nextKill) {
                    Thread.sleep(random.nextInt(400));
                    restart(ROLES.get(kills % ROLES.size()));
                    kills++;
                    nextKill = answers.size() + QUERIES / (KILLS + 2);
                }
                startThoseThatEnded();
                assertThat(Duration.ofNanos(System.nanoTime() - lastAnswer))
                        .as("time without an answer; %d of %d so far\n%s", answers.size(), QUERIES, logs())
                        .isLessThan(PATIENCE);
            }
            assertThat(kills).isEqualTo(KILLS);
        }
    }

    private static void ask(RerankClient client, int number) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < CANDIDATES; i++) {
            candidates.add(new Candidate("d" + number + "-" + i, "", "dog " + i, CANDIDATES - i, i + 1));
        }
        client.publish(
                QueryEvent.newBuilder()
                        .setQueryId("q" + number)
                        .setText("fox " + number)
                        .setMode("label")
                        .setExpectedCandidates(CANDIDATES)
                        .setDeadlineMs(System.currentTimeMillis()
                                + Duration.ofMinutes(10).toMillis())
                        .build(),
                candidates);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // whether a click arrives does not matter here
    private static void click(FeedbackPublisher feedback, RankedResults results) {
        feedback.publish(FeedbackEvent.newBuilder()
                .setQueryId(results.getQueryId())
                .setDocId(results.getItems().get(1).getDocId())
                .setKind(FeedbackKind.CLICK)
                .setPosition(2)
                .setAtMs(System.currentTimeMillis())
                .build());
    }

    /**
     * What no version has used yet goes into a last one, in this process.
     *
     * @return how many say nothing, since no click on them arrived, and are in no version
     */
    private int useWhatIsLeft() {
        Map<String, String> keys = new HashMap<>(learnerKeys());
        keys.put("evidence.min.queries", "1");
        LearnConfig config = LearnConfig.of(keys);
        try (Learner learner = Learner.open(config, RefineCommand.store(config))) {
            int usedByNone = 0;
            for (CycleReport report = learner.cycle(); report.experiences() > 0; report = learner.cycle()) {
                usedByNone += report.version() == null ? report.experiences() : 0;
            }
            return usedByNone;
        }
    }

    /** The figure says how many new experiences a version is made of; all of them together are all that there are. */
    private static void assertUsedOnce(List<ModelVersion> history, int usedByNone) {
        double used = usedByNone;
        Set<String> counted = new HashSet<>();
        for (ModelVersion version : history) {
            if (!version.getParent().isEmpty() && counted.add(version.getVersion())) {
                used += version.getMetrics().getOrDefault("experiences", 0.0);
            }
        }
        assertThat(used).as("%s", history).isEqualTo(QUERIES);
        assertThat(counted).hasSizeGreaterThan(1);
    }

    private static void assertGapFree(List<ModelVersion> history) {
        for (int i = 0; i < history.size(); i++) {
            assertThat(history.get(i).getSequence()).isEqualTo(i + 1L);
        }
    }

    private void assertLoadable(List<ModelVersion> history) {
        LearnConfig config = LearnConfig.of(learnerKeys());
        for (ModelVersion version : history) {
            if (version.getStatus() == ModelStatus.ACTIVE) {
                assertThat(RefineCommand.store(config).fetch(version.getCheckpointUri(), version.getSha256()))
                        .isDirectoryContaining("glob:**model.safetensors");
            }
        }
    }

    private void restart(String role) throws Exception {
        processes.get(role).destroyForcibly().waitFor();
        start(role);
    }

    /** A process may give up when its broker is gone for long; whoever runs it starts it again. */
    private void startThoseThatEnded() throws IOException {
        for (String role : ROLES) {
            if (!processes.get(role).isAlive()) {
                start(role);
            }
        }
    }

    private void start(String role) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FaultProcess.class.getName(),
                role));
        command.addAll(
                switch (role) {
                    case "broker" -> List.of(file("cluster"), String.valueOf(brokerPort), String.valueOf(registryPort));
                    case "worker" -> List.of(file("worker.properties"), file("base"));
                    default -> List.of(file("learner.properties"));
                });
        processes.put(
                role,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                directory.resolve(role + ".log").toFile()))
                        .start());
    }

    private static void createTopics(WorkerConfig config) {
        // The admin client waits for the broker, which has just been started.
        try (Admin admin = Admin.create(config.admin())) {
            new Topics(admin, config.topicPlan()).create();
        }
    }

    private Map<String, String> workerKeys() {
        return Map.of(
                "bootstrap.servers", "127.0.0.1:" + brokerPort,
                "schema.registry.url", "http://127.0.0.1:" + registryPort,
                "state.dir", file("state"),
                "rerank.topics.partitions", "2",
                "rerank.feedback.window.ms", "1500",
                "rerank.checkpoint.store", file("store"));
    }

    private Map<String, String> learnerKeys() {
        Map<String, String> keys = new HashMap<>(Map.of(
                "bootstrap.servers", "127.0.0.1:" + brokerPort,
                "schema.registry.url", "http://127.0.0.1:" + registryPort,
                "checkpoint.store", file("store"),
                "base.checkpoint", file("base"),
                "work.dir", file("work"),
                "gate.enabled", "false",
                "canary.share", "0",
                "evidence.min.queries", "8",
                "evidence.holdout.share", "0"));
        keys.put("evidence.max.queries", "300");
        return keys;
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private void write(String name, Map<String, String> keys) throws IOException {
        Files.write(
                directory.resolve(name),
                keys.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList());
    }

    private String logs() throws IOException {
        StringBuilder logs = new StringBuilder();
        for (String role : ROLES) {
            Path log = directory.resolve(role + ".log");
            logs.append(role).append(":\n").append(Files.exists(log) ? Files.readString(log) : "");
        }
        return logs.toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
