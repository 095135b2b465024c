package rerank.schemas.versions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.WorkerState;
import rerank.schemas.WorkerStatus;

class WorkerStatusesTest {
    private static final long NOW = 1_000_000_000;
    private static final long STALE = WorkerStatuses.STALE_AFTER.toMillis();

    @Test
    void theLastWordOfEachWorkerCounts() {
        WorkerStatuses statuses = WorkerStatuses.NONE
                .with(status("w-2").setSequence(1).build())
                .with(status("w-1").build())
                .with(status("w-2").setSequence(7).build());

        assertThat(statuses.all())
                .extracting(status -> status.getWorker() + " " + status.getSequence())
                .containsExactly("w-1 0", "w-2 7");
    }

    @Test
    void whoStoppedOrFellSilentOrDoesNotFollowIsNotCounted() {
        WorkerStatuses statuses = WorkerStatuses.NONE
                .with(status("here").setReportedAtMs(NOW - STALE).build())
                .with(status("silent").setReportedAtMs(NOW - STALE - 1).build())
                .with(status("stopped").setState(WorkerState.STOPPED).build())
                .with(status("deaf").setFollows(false).build())
                .with(status("failed").setState(WorkerState.FAILED).build());

        List<WorkerStatus> following = statuses.following(NOW);

        assertThat(following).extracting(WorkerStatus::getWorker).containsExactly("failed", "here");
    }

    @Test
    void whoStoppedLongAgoIsNotStale() {
        WorkerStatus stopped =
                status("w").setState(WorkerState.STOPPED).setReportedAtMs(0).build();

        assertThat(WorkerStatuses.isStale(stopped, NOW)).isFalse();
    }

    @Test
    void upToDateIsWhoTookTheLastAnnouncementAndServesIt() {
        ModelVersions standing = ModelVersions.NONE.with(ModelVersion.newBuilder()
                .setVersion("v-1")
                .setSequence(5)
                .setCheckpointUri("")
                .setStatus(ModelStatus.ACTIVE)
                .build());

        assertThat(WorkerStatuses.isUpToDate(status("w").setSequence(5).build(), standing))
                .isTrue();
        assertThat(WorkerStatuses.isUpToDate(status("w").setSequence(4).build(), standing))
                .isFalse();
        assertThat(WorkerStatuses.isUpToDate(
                        status("w").setSequence(5).setState(WorkerState.FAILED).build(), standing))
                .isFalse();
    }

    private static WorkerStatus.Builder status(String worker) {
        return WorkerStatus.newBuilder()
                .setWorker(worker)
                .setState(WorkerState.LOADED)
                .setActive("v-1")
                .setReportedAtMs(NOW);
    }
}
