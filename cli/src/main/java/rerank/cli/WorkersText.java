package rerank.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import rerank.cli.console.Table;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.WorkerState;
import rerank.schemas.WorkerStatus;
import rerank.schemas.versions.WorkerStatuses;

/** What workers say of themselves, as text for people; times are UTC. */
final class WorkersText {
    private WorkersText() {}

    /** A row for each worker, then the failures, one a line. */
    static String table(WorkerStatuses statuses, ModelVersions standing, long nowMs) {
        if (statuses.all().isEmpty()) {
            return "No worker has said what it serves.\n";
        }
        Table table = new Table("worker", "host", "serves", "since", "canary", "canary since", "standing");
        for (WorkerStatus status : statuses.all()) {
            boolean hasCanary = !status.getCanary().isEmpty();
            table.row(
                    status.getWorker(),
                    status.getHost().isEmpty() ? "-" : status.getHost(),
                    status.getActive(),
                    VersionsText.time(status.getActiveSinceMs()),
                    hasCanary ? status.getCanary() : "-",
                    hasCanary ? VersionsText.time(status.getCanarySinceMs()) : "-",
                    standing(status, standing, nowMs));
        }
        return table + failures(statuses.all());
    }

    private static String standing(WorkerStatus status, ModelVersions standing, long nowMs) {
        String heard = VersionsText.time(status.getReportedAtMs());
        if (status.getState() == WorkerState.STOPPED) {
            return "stopped " + heard;
        }
        if (WorkerStatuses.isStale(status, nowMs)) {
            return "stale: not heard since " + heard;
        }
        if (!status.getFollows()) {
            return "does not follow";
        }
        if (WorkerStatuses.isBehind(status, standing)) {
            return "behind: at " + status.getSequence() + " of " + standing.lastSequence();
        }
        return WorkerStatuses.isUpToDate(status, standing) ? "up to date" : "failed";
    }

    private static String failures(List<WorkerStatus> statuses) {
        String lines = statuses.stream()
                .filter(status -> !status.getFailure().isEmpty())
                .map(status -> "  " + status.getWorker() + ": " + status.getFailure() + "\n")
                .collect(Collectors.joining());
        return lines.isEmpty() ? "" : "\n" + lines;
    }

    /** How many of the workers that follow serve what should serve, and what is the matter with the others. */
    static String spread(WorkerStatuses statuses, ModelVersions standing, long nowMs) {
        List<WorkerStatus> workers = statuses.following(nowMs);
        if (workers.isEmpty()) {
            return "No worker that follows versions is running.\n";
        }
        List<WorkerStatus> others = workers.stream()
                .filter(status -> !WorkerStatuses.isUpToDate(status, standing))
                .toList();
        StringBuilder text = new StringBuilder()
                .append(workers.size() - others.size())
                .append(" of ")
                .append(workers.size())
                .append(workers.size() == 1 ? " worker serves " : " workers serve ")
                .append(what(standing))
                .append(others.isEmpty() ? ".\n" : "; not yet:\n");
        for (WorkerStatus other : others) {
            text.append("  ")
                    .append(other.getWorker())
                    .append(" serves ")
                    .append(other.getActive())
                    .append(": ")
                    .append(other.getFailure().isEmpty() ? standing(other, standing, nowMs) : other.getFailure())
                    .append('\n');
        }
        return text.toString();
    }

    private static String what(ModelVersions standing) {
        Optional<String> canary = standing.canary().map(ModelVersion::getVersion);
        return standing.active().map(ModelVersion::getVersion).orElse("what they are configured with")
                + canary.map(version -> ", and " + version + " as canary").orElse("");
    }
}
