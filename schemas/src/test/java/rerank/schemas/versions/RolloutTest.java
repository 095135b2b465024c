package rerank.schemas.versions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;

class RolloutTest {
    private ModelVersions standing = ModelVersions.NONE;

    @Test
    void aCanaryIsPromoted() {
        take(Rollout.active(standing, draft("a")));
        take(Rollout.canary(standing, draft("b"), 0.1));
        assertThat(serving()).isEqualTo("a, canary b 0.1");

        take(Rollout.promote(standing, "b", Map.of("clicks", 0.4), "it won"));

        assertThat(serving()).isEqualTo("b");
        assertThat(standing.find("b").orElseThrow().getMetrics()).containsEntry("clicks", 0.4);
    }

    @Test
    void rollingBackWithdrawsTheCanaryFirst() {
        take(Rollout.active(standing, draft("a")));
        take(Rollout.canary(standing, draft("b"), 0.1));

        take(Rollout.rollback(standing, Map.of("clicks", 0.1), "it lost"));

        assertThat(serving()).isEqualTo("a");
        assertThat(standing.find("b").orElseThrow())
                .matches(version -> version.getStatus() == ModelStatus.ROLLED_BACK
                        && version.getReason().equals("it lost")
                        && version.getMetrics().get("clicks") == 0.1);
    }

    @Test
    void goesBackStepByStepAndInTheEndToWhatIsConfigured() {
        take(Rollout.active(standing, draft("a")));
        take(Rollout.active(standing, draft("b")));
        take(Rollout.active(standing, draft("c")));

        take(Rollout.rollback(standing, Map.of(), "bad"));
        assertThat(serving()).isEqualTo("b");
        take(Rollout.rollback(standing, Map.of(), "bad too"));
        assertThat(serving()).isEqualTo("a");
        take(Rollout.rollback(standing, Map.of(), "all bad"));
        assertThat(serving()).isEqualTo("what is configured");
        assertThatThrownBy(() -> Rollout.rollback(standing, Map.of(), "more"))
                .isInstanceOf(RolloutException.class)
                .hasMessageContaining("nothing to go back from");
    }

    @Test
    void aVersionThatWasWithdrawnIsPassedOverOnTheWayBack() {
        take(Rollout.active(standing, draft("a")));
        take(Rollout.active(standing, draft("b")));
        take(Rollout.rollback(standing, Map.of(), "b is bad"));
        take(Rollout.active(standing, draft("c")));

        take(Rollout.rollback(standing, Map.of(), "c is bad"));

        assertThat(serving()).isEqualTo("a");
    }

    @Test
    void goesBackToTheVersionNamed() {
        take(Rollout.active(standing, draft("a")));
        take(Rollout.active(standing, draft("b")));
        take(Rollout.active(standing, draft("c")));
        take(Rollout.canary(standing, draft("d"), 0.5));

        take(Rollout.rollbackTo(standing, "a", "the others are bad"));

        assertThat(serving()).isEqualTo("a");
        assertThat(List.of("c", "d"))
                .allMatch(version -> standing.find(version).orElseThrow().getStatus() == ModelStatus.ROLLED_BACK);
    }

    /** Workers may have read only the first announcements of a change. */
    @Test
    void neverServesWhatNobodyMeantWhileAChangeIsReadInPart() {
        take(Rollout.active(standing, draft("a")));
        take(Rollout.active(standing, draft("b")));
        take(Rollout.active(standing, draft("c")));
        take(Rollout.canary(standing, draft("d"), 0.5));

        for (ModelVersion announcement : Rollout.rollbackTo(standing, "b", "back")) {
            take(List.of(announcement));
            assertThat(serving()).isEqualTo("b");
        }
    }

    @Test
    void aPinEndsTheCanaryAndHoldsUntilItIsTakenBack() {
        take(Rollout.active(standing, draft("a")));
        take(Rollout.canary(standing, draft("b"), 0.1));
        take(Rollout.pin(standing, "a", "fair week"));

        assertThat(serving()).isEqualTo("a pinned");
        assertThatThrownBy(() -> Rollout.canary(standing, draft("c"), 0.1))
                .hasMessageContaining("a is pinned (fair week)");
        assertThatThrownBy(() -> Rollout.active(standing, draft("c"))).isInstanceOf(RolloutException.class);
        assertThatThrownBy(() -> Rollout.promote(standing, "b", Map.of(), "")).isInstanceOf(RolloutException.class);
        assertThatThrownBy(() -> Rollout.rollback(standing, Map.of(), "")).isInstanceOf(RolloutException.class);

        take(Rollout.unpin(standing, "over"));
        take(Rollout.canary(standing, draft("c"), 0.1));

        assertThat(serving()).isEqualTo("a, canary c 0.1");
    }

    @Test
    void aPinMovesToAnotherVersion() {
        take(Rollout.active(standing, draft("a")));
        take(Rollout.active(standing, draft("b")));
        take(Rollout.pin(standing, "b", "one"));

        take(Rollout.pin(standing, "a", "two"));

        assertThat(serving()).isEqualTo("a pinned");
        assertThatThrownBy(() -> Rollout.pin(standing, "a", "again")).hasMessageContaining("pinned already");
    }

    @Test
    void whatWasRefusedNeverServes() {
        take(Rollout.aside(standing, draft("a"), ModelStatus.REFUSED));

        assertThat(serving()).isEqualTo("what is configured");
        assertThatThrownBy(() -> Rollout.promote(standing, "a", Map.of(), "")).hasMessageContaining("was refused");
        assertThatThrownBy(() -> Rollout.aside(standing, draft("b"), ModelStatus.ACTIVE))
                .isInstanceOf(RolloutException.class);
    }

    @Test
    void saysWhatIsKnownWhenAVersionIsNot() {
        take(Rollout.active(standing, draft("a")));

        assertThatThrownBy(() -> Rollout.promote(standing, "b", Map.of(), ""))
                .hasMessage("model version b was never announced; known are [a]");
        assertThatThrownBy(() -> Rollout.active(standing, draft("a"))).hasMessageContaining("a version never changes");
        assertThatThrownBy(() -> Rollout.promote(standing, "a", Map.of(), "")).hasMessageContaining("serves already");
        assertThatThrownBy(() -> Rollout.canary(standing, draft("c"), 0)).hasMessageContaining("share");
    }

    private String serving() {
        String active = standing.active()
                .map(version -> version.getVersion() + (version.getPinned() ? " pinned" : ""))
                .orElse("what is configured");
        return active
                + standing.canary()
                        .map(version -> ", canary " + version.getVersion() + " " + version.getCanaryShare())
                        .orElse("");
    }

    private void take(List<ModelVersion> announcements) {
        for (ModelVersion announcement : announcements) {
            standing = standing.with(ModelVersion.newBuilder(announcement)
                    .setSequence(standing.lastSequence() + 1)
                    .build());
        }
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
