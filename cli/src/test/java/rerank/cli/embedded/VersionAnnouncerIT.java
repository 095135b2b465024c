package rerank.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.TopicNames;
import rerank.schemas.versions.Rollout;
import rerank.schemas.versions.RolloutException;
import rerank.schemas.versions.StatusReader;
import rerank.schemas.versions.VersionAnnouncer;
import rerank.schemas.versions.VersionReader;
import rerank.schemas.versions.VersionTopicException;
import rerank.topology.worker.TopicPlan;
import rerank.topology.worker.Topics;
import rerank.topology.worker.WorkerConfig;

class VersionAnnouncerIT {
    @TempDir
    static Path directory;

    private static EmbeddedCluster cluster;
    private static Map<String, Object> client;

    @BeforeAll
    static void startCluster() {
        cluster = EmbeddedCluster.start(directory.resolve("cluster"));
        client = Map.of("bootstrap.servers", cluster.bootstrapServers(), "schema.registry.url", cluster.registryUrl());
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @Test
    @Timeout(60)
    void announcesInOrderAndKeepsEveryDecision() throws Exception {
        TopicNames topics = topics("order.");
        try (VersionAnnouncer announcer = VersionAnnouncer.open(client, topics)) {
            announcer.announce(standing -> Rollout.active(standing, draft("a")));
            announcer.announce(standing -> Rollout.active(standing, draft("b")));
            announcer.announce(standing -> Rollout.rollback(standing, Map.of(), "b is bad"));

            ModelVersions standing = announcer.standing();
            assertThat(standing.active().orElseThrow().getVersion()).isEqualTo("a");
            assertThat(standing.lastSequence()).isEqualTo(4);
        }
        assertThat(VersionReader.history(client, topics))
                .extracting(
                        decision -> decision.getSequence() + " " + decision.getVersion() + " " + decision.getStatus())
                .containsExactly("1 a ACTIVE", "2 b ACTIVE", "3 a ACTIVE", "4 b ROLLED_BACK");
    }

    @Test
    @Timeout(120)
    void whatIsAnnouncedIsFoundByWhoeverAsksNext() throws Exception {
        TopicNames topics = topics("next.");
        try (VersionAnnouncer announcer = VersionAnnouncer.open(client, topics);
                VersionAnnouncer other = VersionAnnouncer.open(client, topics)) {
            for (int i = 1; i <= 30; i++) {
                announcer.announce(draft("v-" + i));

                assertThat(other.standing().lastSequence()).isEqualTo(i);
            }
        }
    }

    @Test
    @Timeout(180)
    void numbersHaveNoGapAndNoDoubleHoweverManyAnnounceAtOnce() throws Exception {
        TopicNames topics = topics("race.");
        int writers = 3;
        int each = 4;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        List<Callable<Void>> all = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            String name = "w" + writer + "-";
            all.add(() -> {
                try (VersionAnnouncer announcer = VersionAnnouncer.open(client, topics)) {
                    for (int i = 0; i < each; i++) {
                        announcer.announce(draft(name + i));
                    }
                }
                return null;
            });
        }

        for (Future<Void> done : threads.invokeAll(all)) {
            done.get();
        }

        threads.shutdown();
        List<ModelVersion> history = VersionReader.history(client, topics);
        assertThat(history)
                .extracting(ModelVersion::getSequence)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, all.size() * (long) each)
                        .boxed()
                        .toList());
        assertThat(Set.copyOf(history.stream().map(ModelVersion::getVersion).toList()))
                .hasSize(writers * each);
    }

    @Test
    @Timeout(60)
    @SuppressWarnings("removal") // the simplest way to a group without members
    void offsetsAndAnnouncementsAreOneTransaction() throws Exception {
        TopicNames topics = topics("offsets.");
        TopicPartition experience = new TopicPartition(topics.experience(), 0);
        ConsumerGroupMetadata group = new ConsumerGroupMetadata("offsets-learner");
        try (VersionAnnouncer announcer = VersionAnnouncer.open(client, topics);
                Admin admin = Admin.create(client)) {
            announcer.announce(List.of(draft("a")), Map.of(experience, new OffsetAndMetadata(7)), group);

            assertThat(committed(admin, experience)).isEqualTo(7);

            assertThatThrownBy(() -> announcer.announce(
                            standing -> Rollout.promote(standing, "unknown", Map.of(), ""),
                            Map.of(experience, new OffsetAndMetadata(9)),
                            group))
                    .isInstanceOf(RolloutException.class);
            assertThat(committed(admin, experience)).isEqualTo(7);
            assertThat(announcer.standing().lastSequence()).isEqualTo(1);

            announcer.announce(List.of(), Map.of(experience, new OffsetAndMetadata(9)), group);
            assertThat(committed(admin, experience)).isEqualTo(9);
        }
    }

    @Test
    @Timeout(60)
    void saysWhichTopicIsMissing() {
        assertThatThrownBy(() -> VersionAnnouncer.open(client, new TopicNames("nowhere.")))
                .isInstanceOf(VersionTopicException.class)
                .hasMessageContaining(
                        "topic nowhere.model-versions is missing; create it with './rerank topics create'");
    }

    @Test
    @Timeout(60)
    void whereWorkersDoNotSayWhatTheyServeNoTopicIsMadeOfAsking() throws Exception {
        TopicNames topics = new TopicNames("older.");

        assertThat(StatusReader.open(client, topics)).isEmpty();

        try (Admin admin = Admin.create(client)) {
            assertThat(admin.listTopics().names().get()).doesNotContain(topics.modelStatus());
        }
    }

    private static long committed(Admin admin, TopicPartition partition) throws Exception {
        return admin.listConsumerGroupOffsets("offsets-learner")
                .partitionsToOffsetAndMetadata()
                .get()
                .get(partition)
                .offset();
    }

    private static TopicNames topics(String prefix) {
        TopicPlan plan = WorkerConfig.of(Map.of(
                        "bootstrap.servers", cluster.bootstrapServers(),
                        "schema.registry.url", cluster.registryUrl(),
                        "rerank.topics.prefix", prefix))
                .topicPlan();
        try (Admin admin = Admin.create(client)) {
            new Topics(admin, plan).create();
        }
        return plan.names();
    }

    private static ModelVersion draft(String version) {
        return ModelVersion.newBuilder()
                .setVersion(version)
                .setSequence(0)
                .setCheckpointUri("file:///models/" + version)
                .setStatus(ModelStatus.CANDIDATE)
                .build();
    }
}
