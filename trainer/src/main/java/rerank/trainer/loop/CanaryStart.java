package rerank.trainer.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import rerank.schemas.ModelVersion;
import rerank.schemas.WorkerStatus;
import rerank.schemas.versions.WorkerStatuses;

/**
 * From when on the queries of a canary and of the version beside it are compared: when the last worker that is running had
 * loaded the canary, for until then its queries are answered by the other one wherever it is missing. A worker that does not
 * load it holds the comparison up for a while only. Where no worker says what it serves, it begins with the announcement.
 *
 * @param isReached whether it has begun
 * @param sinceMs when, in milliseconds since the epoch; while it has not begun, at the latest then
 * @param remark what is to be said of it; may be empty
 */
record CanaryStart(boolean isReached, long sinceMs, String remark) {
    /**
     * Finds it.
     *
     * @param patience with workers that have not loaded it, from its announcement
     */
    static CanaryStart of(ModelVersion canary, WorkerStatuses statuses, Duration patience, long nowMs) {
        long announcedMs = canary.getPublishedAtMs();
        long latestMs = announcedMs + patience.toMillis();
        List<WorkerStatus> workers = statuses.following(nowMs);
        List<WorkerStatus> without = workers.stream()
                .filter(status -> !status.getCanary().equals(canary.getVersion()))
                .toList();
        if (without.isEmpty()) {
            long loadedMs =
                    workers.stream().mapToLong(WorkerStatus::getCanarySinceMs).reduce(announcedMs, Math::max);
            return new CanaryStart(true, Math.min(loadedMs, latestMs), "");
        }
        String who = String.format(
                "%d of %d workers serve it, but not %s",
                workers.size() - without.size(),
                workers.size(),
                without.stream().map(CanaryStart::withReason).collect(Collectors.joining(", ")));
        String when =
                Instant.ofEpochMilli(latestMs).truncatedTo(ChronoUnit.SECONDS).toString();
        return nowMs < latestMs
                ? new CanaryStart(false, latestMs, who + "; counted when all do, or from " + when + " on")
                : new CanaryStart(true, latestMs, who + "; counted from " + when + " on");
    }

    private static String withReason(WorkerStatus status) {
        return status.getWorker() + (status.getFailure().isEmpty() ? "" : " (" + status.getFailure() + ")");
    }
}
