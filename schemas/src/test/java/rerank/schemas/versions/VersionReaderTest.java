package rerank.schemas.versions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.RegistryUnavailableException;

class VersionReaderTest {
    private static final TopicPartition VERSIONS = new TopicPartition("versions", 0);

    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    private boolean registryIsAway;
    private final VersionReader reader = new VersionReader(
            new RecordReader<>(ModelVersion.class, VERSIONS, consumer, (topic, data) -> announcement(data)));

    @BeforeEach
    void writeTwo() {
        consumer.assign(List.of(VERSIONS));
        consumer.updateBeginningOffsets(Map.of(VERSIONS, 0L));
        consumer.seekToBeginning(List.of(VERSIONS));
        write(0, "1 a");
        write(1, "2 b");
    }

    @Test
    void noAnnouncementIsMissingAfterTheRegistryWasAway() {
        registryIsAway = true;
        assertThatThrownBy(() -> reader.poll(Duration.ZERO)).isInstanceOf(RegistryUnavailableException.class);
        registryIsAway = false;
        assertThat(consumer.position(VERSIONS)).isZero();
        write(0, "1 a");
        write(1, "2 b");

        assertThat(reader.poll(Duration.ZERO).all())
                .extracting(ModelVersion::getVersion)
                .containsExactly("a", "b");
    }

    @Test
    void noAnnouncementIsMissingAfterTheEndWasNotReached() {
        consumer.updateEndOffsets(Map.of(VERSIONS, 2L));
        registryIsAway = true;
        assertThatThrownBy(reader::readToEnd)
                .isInstanceOf(VersionTopicException.class)
                .hasMessageContaining("away");
        registryIsAway = false;
        assertThat(consumer.position(VERSIONS)).isZero();
        write(0, "1 a");
        write(1, "2 b");

        assertThat(reader.readToEnd().all())
                .extracting(ModelVersion::getVersion)
                .containsExactly("a", "b");
    }

    @Test
    void whatIsNoAnnouncementIsPassedOver() {
        write(2, "nonsense");
        write(3, "3 c");

        assertThat(reader.poll(Duration.ZERO).lastSequence()).isEqualTo(3);
    }

    /** The second announcement cannot be read while the registry is away. */
    private ModelVersion announcement(byte[] data) {
        String[] words = new String(data, StandardCharsets.UTF_8).split(" ");
        if (words.length != 2) {
            throw new SerializationException("no announcement");
        }
        if (registryIsAway && words[1].equals("b")) {
            throw new RegistryUnavailableException("away", new RuntimeException());
        }
        return ModelVersion.newBuilder()
                .setVersion(words[1])
                .setSequence(Long.parseLong(words[0]))
                .setCheckpointUri("")
                .setStatus(ModelStatus.ACTIVE)
                .build();
    }

    private void write(long offset, String text) {
        consumer.addRecord(
                new ConsumerRecord<>(VERSIONS.topic(), 0, offset, "", text.getBytes(StandardCharsets.UTF_8)));
    }
}
