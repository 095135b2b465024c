package rerank.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnConfigTest {
    @TempDir
    private Path directory;

    private final Map<String, String> keys = new HashMap<>();

    @BeforeEach
    void aCheckpointAndTheKeysThatHaveNoDefault() throws IOException {
        Files.createDirectories(directory.resolve("base"));
        Files.writeString(directory.resolve("base/config.json"), "{}");
        keys.putAll(Map.of(
                "bootstrap.servers", "localhost:9092",
                "schema.registry.url", "http://localhost:8081",
                "checkpoint.store", "store",
                "base.checkpoint", "base",
                "golden.data", "storefront"));
    }

    @Test
    void readsPathsFromTheFilesDirectoryAndHandsClientKeysOn() throws IOException {
        keys.put("kafka.security.protocol", "SSL");
        keys.put("registry.basic.auth.user.info", "a:b");
        keys.put("replay.data", "storefront, examples");
        Path file = directory.resolve("learn.properties");
        Files.write(file, keys.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());

        LearnConfig config = LearnConfig.read(file);

        assertThat(config.base()).isEqualTo(directory.resolve("base"));
        assertThat(config.workDirectory()).isEqualTo(directory.resolve("learn"));
        assertThat(config.replay().paths())
                .containsExactly(directory.resolve("storefront"), directory.resolve("examples"));
        assertThat(config.client())
                .containsEntry("security.protocol", "SSL")
                .containsEntry("basic.auth.user.info", "a:b")
                .containsEntry("bootstrap.servers", "localhost:9092")
                .doesNotContainKey("seed");
        assertThat(config.gate()).isNotNull();
        assertThat(config.topics().experience()).isEqualTo("rerank.experience");
    }

    @Test
    void namesEveryMistakeInOneMessage() {
        keys.put("clicks.cap", "0.5");
        keys.put("canary.share", "2");
        keys.put("gate.confidence", "0.4");
        keys.put("surprise", "1");
        keys.remove("checkpoint.store");

        assertThatThrownBy(() -> LearnConfig.of(keys, directory))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("clicks.cap")
                .hasMessageContaining("canary.share")
                .hasMessageContaining("gate.confidence")
                .hasMessageContaining("unknown key surprise")
                .hasMessageContaining("checkpoint.store");
    }

    @Test
    void aGateNeedsGoldenDataAndABaseIsACheckpoint() {
        keys.remove("golden.data");
        keys.put("base.checkpoint", "nowhere");
        keys.put("evidence.min.queries", "5000");

        assertThatThrownBy(() -> LearnConfig.of(keys, directory))
                .hasMessageContaining("golden.data is missing")
                .hasMessageContaining("has no config.json")
                .hasMessageContaining("evidence.min.queries 5000 is above");
    }

    @Test
    void everySwitchReachesItsTerm() {
        keys.putAll(Map.of(
                "clicks.cap", "1",
                "clicks.truncate", "false",
                "kl.coefficient", "0",
                "replay.share", "0",
                "grades.weight", "0",
                "explanations.weight", "0.5",
                "gate.enabled", "false",
                "adapter.rank", "4"));

        LearnConfig config = LearnConfig.of(keys, directory);

        assertThat(config.terms().isCorrected()).isFalse();
        assertThat(config.terms().isTruncated()).isFalse();
        assertThat(config.terms().divergence()).isZero();
        assertThat(config.terms().replay()).isZero();
        assertThat(config.terms().grade()).isZero();
        assertThat(config.terms().explanations().weight()).isEqualTo(0.5);
        assertThat(config.gate()).isNull();
        assertThat(config.plan().setup().adapter()).isNotNull();
    }
}
