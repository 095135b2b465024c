package rerank.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelVersionsTest {
    @Test
    void servesTheNewestActiveVersionAndTheCanaryAfterIt() {
        ModelVersions standing = after(announced("a", 1, ModelStatus.ACTIVE), announced("b", 2, ModelStatus.CANARY));

        assertThat(name(standing.active())).hasValue("a");
        assertThat(name(standing.canary())).hasValue("b");
        assertThat(standing.lastSequence()).isEqualTo(2);
    }

    @Test
    void aPromotionIsOneRecord() {
        ModelVersions standing = after(
                announced("a", 1, ModelStatus.ACTIVE),
                announced("b", 2, ModelStatus.CANARY),
                announced("b", 3, ModelStatus.ACTIVE));

        assertThat(name(standing.active())).hasValue("b");
        assertThat(standing.canary()).isEmpty();
    }

    @Test
    void goingBackIsTheOldVersionAnnouncedAgain() {
        ModelVersions standing = after(
                announced("a", 1, ModelStatus.ACTIVE),
                announced("b", 2, ModelStatus.ACTIVE),
                announced("c", 3, ModelStatus.CANARY),
                announced("a", 4, ModelStatus.ACTIVE));

        assertThat(name(standing.active())).hasValue("a");
        assertThat(standing.canary()).as("an older canary ends with it").isEmpty();
    }

    @Test
    void whatIsNotNewerChangesNothing() {
        ModelVersions standing =
                after(announced("a", 1, ModelStatus.ACTIVE), announced("a", 5, ModelStatus.ROLLED_BACK));

        assertThat(standing.with(announced("a", 4, ModelStatus.ACTIVE))).isSameAs(standing);
        assertThat(standing.active()).isEmpty();
    }

    @Test
    void laterChangesOfARecordDoNotReachTheStanding() {
        ModelVersion record = announced("a", 1, ModelStatus.ACTIVE);
        ModelVersions standing = ModelVersions.NONE.with(record);

        record.setStatus(ModelStatus.ROLLED_BACK);

        assertThat(name(standing.active())).hasValue("a");
    }

    private static ModelVersions after(ModelVersion... announcements) {
        return List.of(announcements).stream()
                .reduce(ModelVersions.NONE, ModelVersions::with, (first, second) -> second);
    }

    private static Optional<String> name(Optional<ModelVersion> version) {
        return version.map(ModelVersion::getVersion);
    }

    private static ModelVersion announced(String version, long sequence, ModelStatus status) {
        return ModelVersion.newBuilder()
                .setVersion(version)
                .setSequence(sequence)
                .setCheckpointUri("file:///models/" + version)
                .setStatus(status)
                .build();
    }
}
