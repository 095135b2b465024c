package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.cli.feedback.FeedbackPublisher;
import rerank.cli.replay.RerankClient;
import rerank.model.ranking.Candidate;
import rerank.schemas.Experience;
import rerank.schemas.ExperienceRange;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.FeedbackKind;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedResults;
import rerank.schemas.RegistrySerde;
import rerank.schemas.TopicNames;
import rerank.schemas.versions.VersionAnnouncer;
import rerank.schemas.versions.VersionReader;
import rerank.topology.worker.Topics;
import rerank.topology.worker.WorkerConfig;
import rerank.trainer.loop.LearnConfig;

/**
 * Kills learner, worker and broker with SIGKILL in turn, again and again, while users act and versions go out: every
 * experience is used once, versions have no gap, what was announced is in the store, and no query is lost or answered twice.
 * The order and the moments follow from a seed, which is printed; {@code -Dfaults.seed=N} takes one.
 */
class LearnFaultsIT {
    private static final int CYCLES = 20;
    private static final int KILLS = 12;
    private static final int PARTITIONS = 2;
    private static final int CANDIDATES = 5;
    private static final Duration BETWEEN_QUERIES = Duration.ofMillis(250);

    /** Long enough that most acts come in time though the broker is away between. */
    private static final Duration WINDOW = Duration.ofSeconds(15);

    /** What the learner prints at the end of a training. */
    private static final String TRAINED = "100 of 100";

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    Path directory;

    private final long seed = Long.getLong("faults.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<String, AtomicInteger> answers = new TreeMap<>();
    private final List<String> servedBy = new ArrayList<>();

    private WorkerConfig config;
    private LearnConfig learning;
    private Victim broker;
    private Victim worker;
    private Victim learner;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void everyExperienceIsUsedOnceAndVersionsHaveNoGapWhateverIsKilled() throws Exception {
        configure();
        broker.start();
        broker.awaitUp();
        try (Admin admin = Admin.create(config.admin())) {
            new Topics(admin, config.topicPlan()).create();
        }
        worker.start();
        learner.start();
        worker.awaitUp();
        learner.awaitUp();
        try (RerankClient queries = new RerankClient(client(), topics());
                FeedbackPublisher users = new FeedbackPublisher(client(), topics())) {
            killInTurn(queries, users);
            settle(queries, users);
        } finally {
            learner.close();
        }

        try {
            List<ModelVersion> history = VersionReader.history(client(), topics());
            assertNumbersHaveNoGap(history);
            assertStoreHoldsWhatWasAnnounced(history);
            assertEveryExperienceIsUsedOnce(history);
            assertThat(answers)
                    .allSatisfy((id, count) -> assertThat(count).as(id).hasValue(1));
            assertThat(worker.text()).doesNotContain("does not serve here");
        } finally {
            worker.close();
            broker.close();
        }
    }

    private void configure() throws IOException {
        int brokerPort = CrashCluster.freePort(0);
        int registryPort = CrashCluster.freePort(brokerPort + 1);
        Path base = TestCheckpoint.write(directory.resolve("base"));
        String places = """
                bootstrap.servers=127.0.0.1:%d
                schema.registry.url=http://127.0.0.1:%d
                """.formatted(brokerPort, registryPort);
        Path serving = Files.writeString(
                directory.resolve("worker.properties"),
                places
                        + """
                state.dir=%s
                rerank.checkpoint=%s
                rerank.checkpoint.store=%s
                rerank.default.mode=label
                rerank.precision=float32
                rerank.cache.mib=16
                rerank.topics.partitions=%d
                rerank.topics.pairs.partitions=%d
                rerank.start.timeout.ms=120000
                rerank.feedback.window.ms=%d
                """.formatted(
                                        directory.resolve("state"),
                                        base,
                                        directory.resolve("store"),
                                        PARTITIONS,
                                        PARTITIONS,
                                        WINDOW.toMillis()));
        Path learned = Files.writeString(
                directory.resolve("learn.properties"),
                places + """
                checkpoint.store=%s
                base.checkpoint=%s
                work.dir=%s
                gate.enabled=false
                canary.share=0
                evidence.min.queries=4
                evidence.max.queries=12
                evidence.holdout.share=0
                learning.rate=0.001
                """.formatted(directory.resolve("store"), base, directory.resolve("work")));
        config = WorkerConfig.load(serving);
        learning = LearnConfig.read(learned);
        broker = CrashCluster.at(directory, brokerPort, registryPort);
        worker = new Victim(
                "worker", directory, "is running: ", RerankCommand.class, "worker", "--config", serving.toString());
        learner = new Victim(
                "learner",
                directory,
                "experiences   ",
                RerankCommand.class,
                "refine",
                "--config",
                learned.toString(),
                "--every",
                "1s");
    }

    private void killInTurn(RerankClient queries, FeedbackPublisher users) {
        System.out.println("LearnFaultsIT, -Dfaults.seed=" + seed);
        List<Victim> turn = new ArrayList<>();
        long start = System.nanoTime();
        long progress = start;
        long seen = 0;
        int kills = 0;
        Moment moment = moment(0);
        while (decisions() < CYCLES || kills < KILLS) {
            traffic(queries, users);
            long now = System.nanoTime();
            if (decisions() > seen) {
                seen = decisions();
                progress = now;
            }
            assertThat(Duration.ofNanos(now - progress))
                    .as(() -> "time without a decision after " + decisions() + ":\n" + learner.text())
                    .isLessThan(PATIENCE);
            if (turn.isEmpty()) {
                turn.addAll(List.of(learner, worker, broker));
                Collections.shuffle(turn, random);
            }
            if (turn.get(0).isUp() && moment.isNow()) {
                Victim victim = turn.remove(0);
                System.out.printf(
                        "%5.1f s, %d decisions: %s killed%n", (now - start) / 1e9, decisions(), victim.name());
                victim.kill();
                victim.start();
                kills++;
                moment = moment(kills);
            }
        }
        System.out.printf("%5.1f s, %d decisions, %d kills%n", (System.nanoTime() - start) / 1e9, decisions(), kills);
    }

    /** When to kill next. */
    private interface Moment {
        boolean isNow();
    }

    /** Any, or one in the half second after a training, in which its candidate is stored, announced and loaded. */
    private Moment moment(int kills) {
        // Later ones leave more room for the cycles that are missing.
        long pauseMs = (1000 + random.nextInt(8000)) * (kills < KILLS ? 1L : 3L);
        long any = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMs);
        long afterTraining = TimeUnit.MILLISECONDS.toNanos(random.nextInt(500));
        if (random.nextBoolean()) {
            return () -> System.nanoTime() >= any;
        }
        long trained = learner.count(TRAINED);
        AtomicLong last = new AtomicLong();
        return () -> {
            if (learner.count(TRAINED) > trained) {
                last.compareAndSet(0, System.nanoTime() + afterTraining);
            }
            return last.get() != 0 && System.nanoTime() >= last.get()
                    || System.nanoTime() > any + LONGEST_WAIT.toNanos();
        };
    }

    /** Decisions of which the learner lived to tell. */
    private long decisions() {
        return learner.count("  promoted ");
    }

    private long nextQuery = System.nanoTime();

    /** Users ask, and click on the third document of what they get. */
    private void traffic(RerankClient queries, FeedbackPublisher users) {
        if (System.nanoTime() >= nextQuery) {
            nextQuery = System.nanoTime() + BETWEEN_QUERIES.toNanos();
            ask(queries);
        }
        receive(queries, users);
    }

    private void ask(RerankClient queries) {
        String id = "q-" + answers.size();
        answers.put(id, new AtomicInteger());
        List<Candidate> candidates = IntStream.range(0, CANDIDATES)
                .mapToObj(d -> new Candidate(
                        id + "-d" + d,
                        "Fox " + d,
                        "the quick brown fox jumps over lazy dog " + d,
                        CANDIDATES - d,
                        d + 1))
                .toList();
        queries.publish(
                QueryEvent.newBuilder()
                        .setQueryId(id)
                        .setText("which fox jumps over dog " + id)
                        .setExpectedCandidates(CANDIDATES)
                        .setDeadlineMs(System.currentTimeMillis()
                                + Duration.ofMinutes(5).toMillis())
                        .build(),
                candidates);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what comes late because the broker is away is no failure
    private void receive(RerankClient queries, FeedbackPublisher users) {
        for (RankedResults results : queries.receive(Duration.ofMillis(20))) {
            answers.get(results.getQueryId()).incrementAndGet();
            servedBy.add(results.getModelVersion());
            users.publish(FeedbackEvent.newBuilder()
                    .setQueryId(results.getQueryId())
                    .setDocId(results.getQueryId() + "-d2")
                    .setKind(FeedbackKind.CLICK)
                    .setAtMs(1000)
                    .build());
        }
    }

    /** Waits until all is answered, learned from and served. */
    private void settle(RerankClient queries, FeedbackPublisher users) {
        broker.awaitUp();
        worker.awaitUp();
        learner.awaitUp();
        await(queries, users, "answers", this::isAllAnswered);
        await(queries, users, "experiences", () -> experiences().size() >= answers.size());
        long cycles = learner.count("too little evidence");
        await(queries, users, "cycles", () -> learner.count("too little evidence") > cycles + 1);
        String active;
        try (VersionAnnouncer announcer = VersionAnnouncer.open(client(), topics())) {
            active = announcer.standing().active().orElseThrow().getVersion();
        }
        await(queries, users, "the version " + active, () -> {
            boolean isAnswered = isAllAnswered();
            if (isAnswered && !servedBy.get(servedBy.size() - 1).equals(active)) {
                ask(queries);
                return false;
            }
            return isAnswered;
        });
        // Whatever a wrong worker would say twice comes within its next commits.
        long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        await(queries, users, "answers", () -> System.nanoTime() > end);
    }

    private boolean isAllAnswered() {
        return answers.values().stream().allMatch(count -> count.get() > 0);
    }

    private interface Fact {
        boolean holds();
    }

    private void await(RerankClient queries, FeedbackPublisher users, String what, Fact fact) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!fact.holds()) {
            receive(queries, users);
            for (Victim each : List.of(broker, worker, learner)) {
                each.assertAlive();
            }
            assertThat(System.nanoTime())
                    .as(() -> "waiting for " + what + "; worker:\n" + worker.text() + "learner:\n" + learner.text())
                    .isLessThan(end);
        }
    }

    private static void assertNumbersHaveNoGap(List<ModelVersion> history) {
        assertThat(history)
                .extracting(ModelVersion::getSequence)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, history.size()).boxed().toList());
        assertThat(history)
                .extracting(ModelVersion::getVersion)
                .containsExactlyElementsOf(IntStream.range(0, history.size())
                        .mapToObj(n -> n == 0 ? "random-1" : String.format("random-1-r%04d", n))
                        .toList());
        assertThat(history).hasSizeGreaterThan(CYCLES).allMatch(version -> version.getStatus() == ModelStatus.ACTIVE);
    }

    private void assertStoreHoldsWhatWasAnnounced(List<ModelVersion> history) {
        assertThat(history)
                .allSatisfy(
                        version -> assertThat(Stores.of(config).fetch(version.getCheckpointUri(), version.getSha256()))
                                .isDirectory());
    }

    /** The ranges of the versions join, and each version learned from as many new experiences as are in its ranges. */
    private void assertEveryExperienceIsUsedOnce(List<ModelVersion> history) throws Exception {
        List<ConsumerRecord<String, Experience>> experiences = experiences();
        assertThat(experiences).extracting(ConsumerRecord::key).doesNotHaveDuplicates();
        assertThat(experiences.stream().filter(LearnFaultsIT::isActedOn).count())
                .as("experiences of %d with a click", experiences.size())
                .isGreaterThan(experiences.size() / 2);
        Map<Integer, Long> next = new HashMap<>();
        for (ModelVersion version : history) {
            long used = 0;
            for (ExperienceRange range : version.getExperience()) {
                long before = next.getOrDefault(range.getPartition(), 0L);
                assertJoins(experiences, version.getVersion(), range.getPartition(), before, range.getFrom());
                next.put(range.getPartition(), range.getTo());
                used += within(experiences, range.getPartition(), range.getFrom(), range.getTo())
                        .size();
            }
            assertThat(version.getMetrics().getOrDefault("experiences", 0.0))
                    .as("new experiences of %s", version.getVersion())
                    .isEqualTo(used);
        }
        Map<Integer, Long> committed = committed();
        assertThat(next).hasSize(PARTITIONS).containsOnlyKeys(committed.keySet());
        committed.forEach((partition, offset) ->
                assertJoins(experiences, "what is committed", partition, next.getOrDefault(partition, 0L), offset));
    }

    /** Between two ranges lies nothing, or what nobody acted on: a cycle that finds no act uses it up without a version. */
    private static void assertJoins(
            List<ConsumerRecord<String, Experience>> experiences, String what, int partition, long before, long from) {
        assertThat(from)
                .as("offset of partition %d at which %s begins", partition, what)
                .isGreaterThanOrEqualTo(before);
        assertThat(within(experiences, partition, before, from))
                .as("left out before %s", what)
                .noneMatch(LearnFaultsIT::isActedOn);
    }

    private static List<ConsumerRecord<String, Experience>> within(
            List<ConsumerRecord<String, Experience>> experiences, int partition, long from, long to) {
        return experiences.stream()
                .filter(record -> record.partition() == partition)
                .filter(record -> record.offset() >= from && record.offset() < to)
                .toList();
    }

    private static boolean isActedOn(ConsumerRecord<String, Experience> record) {
        return record.value().getImpressions().stream()
                .anyMatch(impression -> !impression.getActions().isEmpty());
    }

    private Map<Integer, Long> committed() throws Exception {
        Map<Integer, Long> committed = new HashMap<>();
        try (Admin admin = Admin.create(config.admin())) {
            admin.listConsumerGroupOffsets(learning.group())
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> committed.put(partition.partition(), offset.offset()));
        }
        return committed;
    }

    /** All that was published and committed, in the order of its partition. */
    private List<ConsumerRecord<String, Experience>> experiences() {
        Map<String, Object> keys = new HashMap<>(client());
        keys.put("isolation.level", "read_committed");
        RegistrySerde<Experience> serde = new RegistrySerde<>(Experience.class);
        serde.configure(client(), false);
        List<ConsumerRecord<String, Experience>> experiences = new ArrayList<>();
        try (var reader = new KafkaConsumer<>(keys, new StringDeserializer(), serde.deserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(topics().experience(), partition))
                    .toList();
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> reader.position(partition) < ends.get(partition))) {
                reader.poll(Duration.ofMillis(50)).forEach(experiences::add);
            }
        }
        experiences.sort(Comparator.comparingLong(ConsumerRecord::offset));
        return experiences;
    }

    private Map<String, Object> client() {
        return ConfigOption.client(config);
    }

    private TopicNames topics() {
        return config.topicPlan().names();
    }
}
