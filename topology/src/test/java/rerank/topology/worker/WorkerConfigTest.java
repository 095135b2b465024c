package rerank.topology.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.ranking.Mode;
import rerank.topology.Attribution;
import rerank.topology.Exploration;
import rerank.topology.Judging.Placement;

class WorkerConfigTest {
    @TempDir
    Path directory;

    @Test
    void needsOnlyABrokerAndARegistry() {
        WorkerConfig config = config();

        assertThat(config.settings().judging().placement()).isEqualTo(Placement.OWNER);
        assertThat(config.settings().timing().queryTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.settings().answering().mode()).isEmpty();
        assertThat(config.settings().answering().firstStageWeight()).isEmpty();
        assertThat(config.settings().topics().queries()).isEqualTo("rerank.queries");
        assertThat(config.checkpoint()).isEmpty();
        assertThat(config.inference()).isEqualTo(new Inference("auto", "auto", 1024, 64, 0));
    }

    @Test
    void readsAPropertiesFile() throws IOException {
        Path file = directory.resolve("worker.properties");
        Files.writeString(file, """
                bootstrap.servers=a:1, b:2
                schema.registry.url=http://localhost:8081
                rerank.checkpoint=models/tiny
                rerank.judge.placement=fan-out
                rerank.default.mode=Justify
                rerank.first.stage.weight=0.25
                rerank.topics.prefix=prod.
                rerank.devices=cuda:0,cuda:1
                rerank.precision=bfloat16
                rerank.step.max.tokens=2048
                rerank.max.sequences=128
                rerank.cache.mib=512
                """);

        WorkerConfig config = WorkerConfig.load(file);

        assertThat(config.bootstrapServers()).isEqualTo("a:1,b:2");
        assertThat(config.checkpoint()).contains(Path.of("models/tiny"));
        assertThat(config.settings().judging().placement()).isEqualTo(Placement.FAN_OUT);
        assertThat(config.settings().answering().mode()).isEqualTo(Optional.of(Mode.JUSTIFY));
        assertThat(config.settings().answering().firstStageWeight()).isEqualTo(OptionalDouble.of(0.25));
        assertThat(config.topicPlan().names().deadLetters()).isEqualTo("prod.dead-letters");
        assertThat(config.inference()).isEqualTo(new Inference("cuda:0,cuda:1", "bfloat16", 2048, 128, 512));
    }

    @Test
    void readsFeedbackForHalfAnHourAndExploresNothingUnlessToldOtherwise() {
        WorkerConfig silent = config();
        WorkerConfig told = config(
                "rerank.feedback.enabled", "false",
                "rerank.feedback.window.ms", "60000",
                "rerank.feedback.max.impressions", "10",
                "rerank.feedback.max.text.chars", "0",
                "rerank.feedback.retention.ms", "86400000",
                "rerank.experience.retention.ms", "172800000",
                "rerank.explore.share", "0.05");

        assertThat(silent.settings().attribution()).isEqualTo(new Attribution(true, Duration.ofMinutes(30), 50, 2000));
        assertThat(silent.settings().exploration()).isEqualTo(Exploration.NONE);
        assertThat(silent.topicPlan().feedback())
                .isEqualTo(new TopicPlan.Feedback(true, Duration.ofDays(7), Duration.ofDays(30)));
        assertThat(told.settings().attribution()).isEqualTo(new Attribution(false, Duration.ofMinutes(1), 10, 0));
        assertThat(told.settings().exploration()).isEqualTo(new Exploration(0.05));
        assertThat(told.topicPlan().feedback())
                .isEqualTo(new TopicPlan.Feedback(false, Duration.ofDays(1), Duration.ofDays(2)));
    }

    @Test
    void namesAllMistakesAtOnce() {
        Map<String, String> given = Map.of(
                "rerank.default.mode", "pairwise",
                "rerank.judge.placement", "cloud",
                "rerank.max.sequences", "0",
                "rerank.tick.ms", "soon",
                "rerank.max.candidate", "10",
                "bootstrap.server", "a:1");

        assertThatThrownBy(() -> WorkerConfig.of(given))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("the worker's configuration has 8 mistakes:")
                .hasMessageContaining("unknown mode 'pairwise'; use explain, label, justify, listwise or cross-encoder")
                .hasMessageContaining("unknown placement 'cloud'; use owner or fan-out")
                .hasMessageContaining("rerank.max.sequences")
                .hasMessageContaining("rerank.tick.ms")
                .hasMessageContaining("unknown key rerank.max.candidate; did you mean rerank.max.candidates?")
                .hasMessageContaining("unknown key bootstrap.server; did you mean bootstrap.servers?")
                .hasMessageContaining("Missing required configuration \"bootstrap.servers\"")
                .hasMessageContaining("Missing required configuration \"schema.registry.url\"");
    }

    @Test
    void namesContradictions() {
        assertThatThrownBy(() -> config(
                        "rerank.query.timeout.ms", "10",
                        "rerank.query.timeout.max.ms", "5",
                        "rerank.first.stage.weight", "-0.5",
                        "rerank.topics.replication.factor", "0",
                        "rerank.topics.prefix", "a b"))
                .hasMessageContaining("has 4 mistakes")
                .hasMessageContaining("rerank.query.timeout.ms=10 must not exceed rerank.query.timeout.max.ms=5")
                .hasMessageContaining("rerank.first.stage.weight=-0.5: use 0 to 1")
                .hasMessageContaining("rerank.topics.replication.factor=0")
                .hasMessageContaining("rerank.topics.prefix=a b");
    }

    @Test
    void runsExactlyOnceWithTheSettingsThatWereMeasured() {
        Properties streams = config("state.dir", directory.toString()).streams("worker-7");

        assertThat(new HashMap<String, Object>(new StreamsConfig(streams).values()))
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("commit.interval.ms", 25L)
                .containsEntry("poll.ms", 5L)
                .containsEntry("statestore.cache.max.bytes", 0L)
                .containsEntry("ensure.explicit.internal.resource.naming", true);
        assertThat(new HashMap<Object, Object>(streams))
                .containsEntry("producer.linger.ms", 0)
                .containsEntry("consumer.group.instance.id", "worker-7");
    }

    @Test
    void passesTheClientsKeysOn() {
        WorkerConfig config = config(
                "streams.num.stream.threads", "5",
                "streams.security.protocol", "SASL_SSL",
                "streams.commit.interval.ms", "100",
                "consumer.session.timeout.ms", "6000",
                "producer.transaction.timeout.ms", "30000",
                "admin.client.id", "prober",
                "schema.registry.ssl.truststore.location", "/etc/trust.jks",
                "basic.auth.user.info", "me:secret");

        assertThat(new HashMap<Object, Object>(config.streams("id")))
                .containsEntry("num.stream.threads", "5")
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("commit.interval.ms", "100")
                .containsEntry("consumer.session.timeout.ms", "6000")
                .containsEntry("producer.transaction.timeout.ms", "30000");
        assertThat(config.admin())
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("client.id", "prober")
                .doesNotContainKey("num.stream.threads");
        assertThat(config.registry())
                .containsOnlyKeys(
                        "schema.registry.url", "schema.registry.ssl.truststore.location", "basic.auth.user.info");
    }

    @Test
    void documentsEveryKey() {
        for (ConfigDef.ConfigKey key : WorkerKeys.definition().configKeys().values()) {
            assertThat(key.documentation).as(key.name).endsWith(".").hasSizeGreaterThan(20);
        }
    }

    private static WorkerConfig config(String... keysAndValues) {
        Map<String, String> given = new HashMap<>(
                Map.of("bootstrap.servers", "localhost:9092", "schema.registry.url", "http://localhost:8081"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            given.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return WorkerConfig.of(given);
    }
}
