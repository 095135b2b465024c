package rerank.schemas.versions;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import rerank.schemas.ModelVersions;
import rerank.schemas.TrustedClasses;
import rerank.schemas.WorkerState;
import rerank.schemas.WorkerStatus;

/** What every worker said last. A value; {@link #with} takes what the next one says. */
public final class WorkerStatuses {
    static {
        TrustedClasses.trustOurEvents();
    }

    /** How often a worker says so when nothing changes. */
    public static final Duration HEARTBEAT = Duration.ofMinutes(1);

    /** A worker that was not heard for so long may be dead. */
    public static final Duration STALE_AFTER = HEARTBEAT.multipliedBy(3);

    /** Before any worker said anything. */
    public static final WorkerStatuses NONE = new WorkerStatuses(Map.of());

    private final Map<String, WorkerStatus> newest;

    private WorkerStatuses(Map<String, WorkerStatus> newest) {
        this.newest = newest;
    }

    /** What is known after a worker said this; it replaces what the same worker said before. */
    public WorkerStatuses with(WorkerStatus status) {
        Map<String, WorkerStatus> after = new TreeMap<>(newest);
        after.put(status.getWorker(), status);
        return new WorkerStatuses(after);
    }

    /** The last of each, by the worker's name. */
    public List<WorkerStatus> all() {
        return List.copyOf(newest.values());
    }

    /** Those that are at work and follow announcements. */
    public List<WorkerStatus> following(long nowMs) {
        return newest.values().stream()
                .filter(status -> status.getFollows() && isAtWork(status, nowMs))
                .toList();
    }

    /** Whether a worker has not stopped and was heard lately. */
    public static boolean isAtWork(WorkerStatus status, long nowMs) {
        return status.getState() != WorkerState.STOPPED && !isStale(status, nowMs);
    }

    /** Whether a worker that has not stopped was not heard for {@link #STALE_AFTER}. */
    public static boolean isStale(WorkerStatus status, long nowMs) {
        return status.getState() != WorkerState.STOPPED && nowMs - status.getReportedAtMs() > STALE_AFTER.toMillis();
    }

    /** Whether a worker has announcements before it that it has not taken. */
    public static boolean isBehind(WorkerStatus status, ModelVersions standing) {
        return status.getSequence() < standing.lastSequence();
    }

    /** Whether a worker took every announcement and serves all that should serve by them. */
    public static boolean isUpToDate(WorkerStatus status, ModelVersions standing) {
        return status.getState() == WorkerState.LOADED && !isBehind(status, standing);
    }
}
