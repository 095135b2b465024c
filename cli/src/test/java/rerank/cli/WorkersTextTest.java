package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.WorkerState;
import rerank.schemas.WorkerStatus;
import rerank.schemas.versions.WorkerStatuses;

class WorkersTextTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final ModelVersions STANDING = ModelVersions.NONE
            .with(announced("v-7", 3, ModelStatus.ACTIVE))
            .with(announced("v-8", 4, ModelStatus.CANARY));

    @Test
    void showsHowEachWorkerStands() {
        String table = WorkersText.table(
                statuses(
                        status("a-good").setCanary("v-8").setCanarySinceMs(NOW),
                        status("b-late").setSequence(2),
                        status("c-failed").setState(WorkerState.FAILED).setFailure("no memory"),
                        status("d-silent").setReportedAtMs(NOW - 3_600_000),
                        status("e-gone").setState(WorkerState.STOPPED),
                        status("f-deaf").setFollows(false).setSequence(0)),
                STANDING,
                NOW);

        assertThat(line(table, "a-good")).contains("v-8  2023-11-14 22:13:20").endsWith("up to date");
        assertThat(line(table, "b-late")).endsWith("behind: at 2 of 4");
        assertThat(line(table, "c-failed")).endsWith("failed");
        assertThat(line(table, "d-silent")).endsWith("stale: not heard since 2023-11-14 21:13:20");
        assertThat(line(table, "e-gone")).endsWith("stopped 2023-11-14 22:13:20");
        assertThat(line(table, "f-deaf")).endsWith("does not follow");
        assertThat(table).endsWith("\n  c-failed: no memory\n");
    }

    @Test
    void countsTheWorkersThatServe() {
        WorkerStatuses all = statuses(status("a"), status("b"), status("c").setState(WorkerState.STOPPED));

        assertThat(WorkersText.spread(all, STANDING, NOW)).isEqualTo("2 of 2 workers serve v-7, and v-8 as canary.\n");
    }

    @Test
    void saysWhatIsTheMatterWithTheOthers() {
        WorkerStatuses all = statuses(
                status("a").setActive("v-6").setSequence(2),
                status("b").setActive("v-5").setState(WorkerState.FAILED).setFailure("no memory"),
                status("c"));

        assertThat(WorkersText.spread(all, STANDING, NOW))
                .isEqualTo("1 of 3 workers serve v-7, and v-8 as canary; not yet:\n"
                        + "  a serves v-6: behind: at 2 of 4\n"
                        + "  b serves v-5: no memory\n");
    }

    @Test
    void saysThatNobodyServes() {
        assertThat(WorkersText.spread(WorkerStatuses.NONE, STANDING, NOW))
                .isEqualTo("No worker that follows versions is running.\n");
        assertThat(WorkersText.table(WorkerStatuses.NONE, STANDING, NOW))
                .isEqualTo("No worker has said what it serves.\n");
    }

    private static String line(String table, String worker) {
        return table.lines()
                .filter(line -> line.strip().startsWith(worker))
                .findFirst()
                .orElseThrow();
    }

    private static WorkerStatuses statuses(WorkerStatus.Builder... statuses) {
        return Stream.of(statuses)
                .map(WorkerStatus.Builder::build)
                .reduce(WorkerStatuses.NONE, WorkerStatuses::with, (first, second) -> second);
    }

    private static WorkerStatus.Builder status(String worker) {
        return WorkerStatus.newBuilder()
                .setWorker(worker)
                .setState(WorkerState.LOADED)
                .setSequence(4)
                .setActive("v-7")
                .setActiveSinceMs(NOW)
                .setReportedAtMs(NOW);
    }

    private static ModelVersion announced(String version, long sequence, ModelStatus status) {
        return ModelVersion.newBuilder()
                .setVersion(version)
                .setSequence(sequence)
                .setCheckpointUri("")
                .setStatus(status)
                .build();
    }
}
