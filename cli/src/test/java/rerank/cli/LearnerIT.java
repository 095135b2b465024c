package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.cli.embedded.EmbeddedCluster;
import rerank.model.RerankerSettings;
import rerank.model.store.CheckpointStore;
import rerank.model.transformer.TransformerConfig;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.RegistrySerde;
import rerank.schemas.WorkerState;
import rerank.schemas.WorkerStatus;
import rerank.schemas.versions.Rollout;
import rerank.schemas.versions.VersionAnnouncer;
import rerank.schemas.versions.VersionReader;
import rerank.topology.worker.Topics;
import rerank.topology.worker.WorkerConfig;
import rerank.trainer.loop.CycleReport;
import rerank.trainer.loop.LearnConfig;
import rerank.trainer.loop.Learner;
import rerank.trainer.loop.Outcome;
import rerank.trainer.loop.StaleCycleException;

/** A learner on real topics: what it announces and what it has used are one thing, whatever happens in between. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class LearnerIT {
    private static final int QUERIES = 40;

    @TempDir
    private static Path shared;

    private static EmbeddedCluster cluster;
    private static int tests;

    @TempDir
    private Path directory;

    private final Map<String, String> keys = new HashMap<>();

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = EmbeddedCluster.start(shared.resolve("cluster"));
        TestCheckpoint.write(shared.resolve("base"));
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @BeforeEach
    void createTopics() {
        String prefix = "learn" + tests++ + ".";
        WorkerConfig worker = WorkerConfig.of(Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "schema.registry.url",
                cluster.registryUrl(),
                "rerank.topics.prefix",
                prefix,
                "rerank.topics.partitions",
                "2"));
        try (Admin admin = Admin.create(worker.admin())) {
            new Topics(admin, worker.topicPlan()).create();
        }
        keys.putAll(Map.of(
                "bootstrap.servers", cluster.bootstrapServers(),
                "schema.registry.url", cluster.registryUrl(),
                "topics.prefix", prefix,
                "group.id", prefix + "learner",
                "checkpoint.store", directory.resolve("store").toString(),
                "base.checkpoint", shared.resolve("base").toString(),
                "work.dir", directory.resolve("work").toString(),
                "gate.enabled", "false",
                "canary.share", "0"));
        keys.putAll(Map.of("evidence.min.queries", "20", "evidence.holdout.share", "0.2", "learning.rate", "0.005"));
    }

    @Test
    void experienceBecomesAVersionThatServesAndIsUsedOnce() {
        LearnConfig config = LearnConfig.of(keys);
        try (Learner learner = Learner.open(config, Stores.of(config))) {
            assertThat(standing(config).active()).map(ModelVersion::getVersion).contains("random-1");
            clicks(config, 0, 10, "random-1", 4);
            assertThat(learner.cycle().outcome()).isEqualTo(Outcome.TOO_LITTLE_EVIDENCE);
            clicks(config, 10, QUERIES - 10, "random-1", 4);

            CycleReport report = learner.cycle();

            assertThat(report.outcome()).as(report.reason()).isEqualTo(Outcome.PROMOTED);
            assertThat(report.experiences()).isEqualTo(QUERIES);
            assertThat(report.figures()).containsKeys("loss.list.first", "loss.list.last", "propensity.2");
            ModelVersion active = standing(config).active().orElseThrow();
            assertThat(active.getVersion()).isEqualTo("random-1-r0001").isEqualTo(report.version());
            assertThat(active.getParent()).isEqualTo("random-1");
            Path checkpoint = Stores.of(config).fetch(active.getCheckpointUri(), active.getSha256());
            assertThat(RerankerSettings.read(checkpoint, TransformerConfig.read(checkpoint.resolve("config.json")))
                            .modelVersion())
                    .isEqualTo("random-1-r0001");
            assertThat(learner.cycle().experiences()).isZero();

            clicks(config, QUERIES, 20, "random-1-r0001", 4);
            CycleReport second = learner.cycle();

            assertThat(second.version()).isEqualTo("random-1-r0002");
            assertThat(second.experiences()).isEqualTo(20);
            assertThat(second.figures()).containsEntry("experiencesWithOlder", 60.0);
        }
        assertGapFree(config);
    }

    @Test
    void aCycleThatFailsBeforeItsAnnouncementIsRepeatedWhole() {
        LearnConfig config = LearnConfig.of(keys);
        clicks(config, 0, QUERIES, "random-1", 4);
        CheckpointStore failing = beforePut(config, () -> {
            throw new IllegalStateException("the store is full");
        });
        try (Learner learner = Learner.open(config, failing)) {
            assertThatThrownBy(learner::cycle).hasMessage("the store is full");
            assertThat(standing(config).lastSequence()).isEqualTo(1);
        }

        try (Learner learner = Learner.open(config, Stores.of(config))) {
            CycleReport report = learner.cycle();

            assertThat(report.version()).isEqualTo("random-1-r0001");
            assertThat(report.experiences()).isEqualTo(QUERIES);
        }
        assertGapFree(config);
    }

    @Test
    void aProcessThatIsKilledBetweenTrainingAndAnnouncementIsRepeatedWhole() throws Exception {
        Path file = directory.resolve("learn.properties");
        Files.write(
                file,
                keys.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList());
        LearnConfig config = LearnConfig.read(file);
        clicks(config, 0, QUERIES, "random-1", 4);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DyingLearner.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        awaitLine(process, "a candidate is stored and not announced");
        process.destroyForcibly().waitFor();
        clicks(config, QUERIES, 10, "random-1", 4);

        try (Learner learner = Learner.open(config, Stores.of(config))) {
            CycleReport report = learner.cycle();

            assertThat(report.version()).isEqualTo("random-1-r0001");
            assertThat(report.experiences()).isEqualTo(QUERIES + 10);
            assertThat(learner.cycle().experiences()).isZero();
        }
        assertGapFree(config);
    }

    @Test
    void theSlowerOfTwoLearnersAppliesNothing() {
        LearnConfig config = LearnConfig.of(keys);
        clicks(config, 0, QUERIES, "random-1", 4);
        try (Learner quick = Learner.open(config, Stores.of(config))) {
            CheckpointStore slow =
                    beforePut(config, () -> assertThat(quick.cycle().version()).isNotNull());
            try (Learner slower = Learner.open(config, slow)) {
                assertThatThrownBy(slower::cycle).isInstanceOf(StaleCycleException.class);
                assertThat(slower.cycle().experiences()).isZero();
            }
        }
        assertThat(standing(config).all()).hasSize(2);
        assertGapFree(config);
    }

    @Test
    void clicksPromoteACanaryOrWithdrawIt() {
        keys.putAll(Map.of("canary.share", "0.5", "canary.min.queries", "20"));
        LearnConfig config = LearnConfig.of(keys);
        clicks(config, 0, QUERIES, "random-1", 4);
        try (Learner learner = Learner.open(config, Stores.of(config))) {
            assertThat(learner.cycle().outcome()).isEqualTo(Outcome.PUBLISHED_CANARY);
            assertThat(learner.cycle().outcome()).isEqualTo(Outcome.CANARY_PENDING);
            clicks(config, QUERIES, 30, "random-1", 0);
            buried(config, QUERIES + 30, "random-1-r0001");

            CycleReport worse = learner.cycle();

            assertThat(worse.outcome()).as(worse.reason()).isEqualTo(Outcome.ROLLED_BACK);
            assertThat(worse.figures().get("canaryDifference")).isNegative();
            assertThat(standing(config).active()).map(ModelVersion::getVersion).contains("random-1");
            assertThat(standing(config).find("random-1-r0001"))
                    .map(ModelVersion::getStatus)
                    .contains(ModelStatus.ROLLED_BACK);

            CycleReport next = learner.cycle();
            assertThat(next.outcome()).as(next.reason()).isEqualTo(Outcome.PUBLISHED_CANARY);
            assertThat(next.version()).isEqualTo("random-1-r0002");
            assertThat(next.experiences()).isEqualTo(60);
            buried(config, 200, "random-1");
            clicks(config, 230, 30, "random-1-r0002", 0);

            CycleReport better = learner.cycle();

            assertThat(better.outcome()).as(better.reason()).isEqualTo(Outcome.PROMOTED);
            assertThat(standing(config).active()).map(ModelVersion::getVersion).contains("random-1-r0002");
        }
        assertGapFree(config);
    }

    @Test
    void aCanaryIsJudgedByWhatCameAfterAllRunningWorkersLoadedIt() throws Exception {
        keys.putAll(Map.of("canary.share", "0.5", "canary.min.queries", "20"));
        LearnConfig config = LearnConfig.of(keys);
        clicks(config, 0, QUERIES, "random-1", 4);
        try (Learner learner = Learner.open(config, Stores.of(config))) {
            assertThat(learner.cycle().outcome()).isEqualTo(Outcome.PUBLISHED_CANARY);
            say(config, "w-1", "random-1-r0001", System.currentTimeMillis());
            say(config, "w-2", "", 0);
            clicks(config, QUERIES, 30, "random-1", 0);
            buried(config, QUERIES + 30, "random-1-r0001");

            CycleReport early = learner.cycle();

            assertThat(early.outcome()).isEqualTo(Outcome.CANARY_PENDING);
            assertThat(early.reason())
                    .contains("not begun yet: 1 of 2 workers serve it, but not w-2; counted when all do");

            say(config, "w-2", "random-1-r0001", System.currentTimeMillis() + 1);
            assertThat(learner.cycle().experiences())
                    .as("what came before w-2 had loaded it")
                    .isZero();
            TimeUnit.MILLISECONDS.sleep(2);
            clicks(config, 200, 30, "random-1", 0);
            buried(config, 230, "random-1-r0001");
            CycleReport late = learner.cycle();

            assertThat(late.outcome()).as(late.reason()).isEqualTo(Outcome.ROLLED_BACK);
            assertThat(late.experiences()).isEqualTo(60);
        }
        assertGapFree(config);
    }

    private static void say(LearnConfig config, String worker, String canary, long canarySinceMs) throws Exception {
        RegistrySerde<WorkerStatus> serde = new RegistrySerde<>(WorkerStatus.class);
        serde.configure(config.client(), false);
        WorkerStatus status = WorkerStatus.newBuilder()
                .setWorker(worker)
                .setState(WorkerState.LOADED)
                .setActive("random-1")
                .setCanary(canary)
                .setCanarySinceMs(canarySinceMs)
                .setReportedAtMs(System.currentTimeMillis())
                .build();
        try (var producer = new KafkaProducer<>(config.client(), new StringSerializer(), serde.serializer())) {
            producer.send(new ProducerRecord<>(config.topics().modelStatus(), worker, status))
                    .get();
        }
    }

    @Test
    void aCandidateThatLosesOnTheGoldenSetIsRefusedAndSaysWhy() {
        SmallData.write(directory.resolve("golden"), 12);
        keys.putAll(Map.of(
                "gate.enabled", "true",
                "golden.data", directory.resolve("golden").toString(),
                "golden.split", "test",
                "golden.explanations", "0",
                "gate.golden.margin", "0",
                "gate.start.margin", "0",
                "gate.confidence", "0.99",
                "gate.calibration.margin", "1",
                "epochs", "8",
                "learning.rate", "0.02"));
        LearnConfig config = LearnConfig.of(keys);
        // Everything is clicked but what the golden labels call relevant.
        ExperienceTopic.write(
                config.client(), config.topics(), 0, QUERIES, "random-1", d -> d != SmallData.CANDIDATES / 2);
        try (Learner learner = Learner.open(config, Stores.of(config))) {
            CycleReport report = learner.cycle();

            assertThat(report.outcome()).as(report.reason()).isEqualTo(Outcome.REFUSED);
            assertThat(report.reason()).contains("golden nDCG@10");
            assertThat(standing(config).active()).map(ModelVersion::getVersion).contains("random-1");
            ModelVersion refused = standing(config).find("random-1-r0001").orElseThrow();
            assertThat(refused.getStatus()).isEqualTo(ModelStatus.REFUSED);
            assertThat(refused.getMetrics()).containsKeys("goldenNdcg10", "goldenNdcg10Before");
            assertThat(learner.cycle().experiences()).isZero();
        }
        assertGapFree(config);
    }

    @Test
    void nothingHappensWhileAVersionIsPinned() {
        LearnConfig config = LearnConfig.of(keys);
        clicks(config, 0, QUERIES, "random-1", 4);
        try (Learner learner = Learner.open(config, Stores.of(config))) {
            try (VersionAnnouncer announcer = VersionAnnouncer.open(config.client(), config.topics())) {
                announcer.announce(standing -> Rollout.pin(standing, "random-1", "a test"));
            }

            assertThat(learner.cycle().outcome()).isEqualTo(Outcome.PINNED);
            assertThat(standing(config).lastSequence()).isEqualTo(2);
        }
    }

    private static void clicks(LearnConfig config, int from, int queries, String version, int document) {
        ExperienceTopic.write(config.client(), config.topics(), from, queries, version, d -> d == document);
    }

    /** Thirty queries whose users found the first document, which both versions put at the top, at the sixth place. */
    private static void buried(LearnConfig config, int from, String version) {
        ExperienceTopic.write(
                config.client(), config.topics(), from, 30, version, SmallData.CANDIDATES - 5, d -> d == 0);
    }

    /** The standing after all that was announced: whoever may announce next has waited for that. */
    private static ModelVersions standing(LearnConfig config) {
        AtomicReference<ModelVersions> found = new AtomicReference<>(ModelVersions.NONE);
        try (VersionAnnouncer announcer = VersionAnnouncer.open(config.client(), config.topics())) {
            announcer.announce(standing -> {
                found.set(standing);
                return List.of();
            });
        }
        return found.get();
    }

    /** Numbers of all announcements, refusals and withdrawals count from 1 without a gap. */
    private static void assertGapFree(LearnConfig config) {
        assertThat(standing(config).all()).isNotEmpty();
        List<Long> sequences = VersionReader.history(config.client(), config.topics()).stream()
                .map(ModelVersion::getSequence)
                .collect(Collectors.toList());
        for (int i = 0; i < sequences.size(); i++) {
            assertThat(sequences.get(i)).isEqualTo(i + 1L);
        }
        assertThat(sequences).isNotEmpty();
    }

    /** A store before whose next copy of a refined version something happens. */
    private static CheckpointStore beforePut(LearnConfig config, Runnable happening) {
        CheckpointStore store = Stores.of(config);
        return new CheckpointStore() {
            @Override
            public Stored put(String version, Path checkpoint) {
                if (version.contains("-r0")) {
                    happening.run();
                }
                return store.put(version, checkpoint);
            }

            @Override
            public Path fetch(String uri, String sha256) {
                return store.fetch(uri, sha256);
            }
        };
    }

    private static void awaitLine(Process process, String wanted) throws IOException {
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder seen = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            seen.append(line).append('\n');
            if (line.contains(wanted)) {
                return;
            }
        }
        throw new AssertionError("the process ended without saying \"" + wanted + "\":\n" + seen);
    }
}
