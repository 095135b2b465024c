package rerank.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.TrustedClasses;
import rerank.schemas.WorkerState;
import rerank.schemas.WorkerStatus;
import rerank.schemas.versions.WorkerStatuses;

class CanaryStartTest {
    static {
        TrustedClasses.trustOurEvents();
    }

    private static final long ANNOUNCED = 1_700_000_000_000L;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final long LATEST = ANNOUNCED + PATIENCE.toMillis();
    private static final long NOW = ANNOUNCED + 60_000;
    private static final ModelVersion CANARY = ModelVersion.newBuilder()
            .setVersion("v-2")
            .setSequence(2)
            .setCheckpointUri("")
            .setStatus(ModelStatus.CANARY)
            .setPublishedAtMs(ANNOUNCED)
            .build();

    @Test
    void beginsWhenTheLastWorkerHasLoadedIt() {
        CanaryStart start = at(NOW, loaded("w-1", ANNOUNCED + 100), loaded("w-2", ANNOUNCED + 5000));

        assertThat(start).isEqualTo(new CanaryStart(true, ANNOUNCED + 5000, ""));
    }

    @Test
    void beginsWithTheAnnouncementWhereNobodySaysAnything() {
        assertThat(at(NOW)).isEqualTo(new CanaryStart(true, ANNOUNCED, ""));
    }

    @Test
    void aShareThatGrowsBeginsAnewThoughTheCanaryWasLoadedBefore() {
        assertThat(at(NOW, loaded("w-1", ANNOUNCED - 5000)).sinceMs()).isEqualTo(ANNOUNCED);
    }

    @Test
    void waitsForAWorkerWithoutIt() {
        CanaryStart start = at(
                NOW,
                loaded("w-1", ANNOUNCED + 100),
                without("w-2").setState(WorkerState.FAILED).setFailure("no memory"));

        assertThat(start)
                .isEqualTo(new CanaryStart(
                        false,
                        LATEST,
                        "1 of 2 workers serve it, but not w-2 (no memory); counted when all do, or from"
                                + " 2023-11-14T22:23:20Z on"));
    }

    @Test
    void waitsNoLongerThanItsPatience() {
        CanaryStart start = at(LATEST, loaded("w-1", ANNOUNCED + 100), without("w-2"));

        assertThat(start)
                .isEqualTo(new CanaryStart(
                        true, LATEST, "1 of 2 workers serve it, but not w-2; counted from 2023-11-14T22:23:20Z on"));
    }

    @Test
    void aWorkerThatStartsAgainLaterDoesNotMoveTheBeginningFurther() {
        assertThat(at(LATEST + 90_000, loaded("w-1", LATEST + 60_000)).sinceMs())
                .isEqualTo(LATEST);
    }

    @Test
    void doesNotWaitForWorkersThatAreGone() {
        CanaryStart start = at(
                NOW,
                loaded("w-1", ANNOUNCED + 100),
                without("gone").setState(WorkerState.STOPPED),
                without("deaf").setFollows(false),
                without("silent").setReportedAtMs(NOW - WorkerStatuses.STALE_AFTER.toMillis() - 1));

        assertThat(start.isReached()).isTrue();
        assertThat(start.sinceMs()).isEqualTo(ANNOUNCED + 100);
    }

    private static CanaryStart at(long nowMs, WorkerStatus.Builder... workers) {
        WorkerStatuses statuses = Stream.of(workers)
                .map(worker -> worker.hasReportedAtMs() ? worker : worker.setReportedAtMs(nowMs))
                .map(WorkerStatus.Builder::build)
                .reduce(WorkerStatuses.NONE, WorkerStatuses::with, (first, second) -> second);
        return CanaryStart.of(CANARY, statuses, PATIENCE, nowMs);
    }

    private static WorkerStatus.Builder loaded(String worker, long sinceMs) {
        return without(worker).setCanary("v-2").setCanarySinceMs(sinceMs);
    }

    private static WorkerStatus.Builder without(String worker) {
        return WorkerStatus.newBuilder()
                .setWorker(worker)
                .setState(WorkerState.LOADED)
                .setSequence(2)
                .setActive("v-1");
    }
}
