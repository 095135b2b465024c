package rerank.topology;

import java.time.Duration;

/**
 * Tells whether the feedback topic has been read as far as a moment, as well as a task can know. After a stop the task
 * finds windows whose time is over and, still unread, feedback that was in time; closing at once would lose it.
 *
 * <p>Behind is who reads feedback older than the moment, or has read none yet and only just started. Never for longer than
 * a bound, so that a producer with a wrong clock does not keep windows open for ever. Owned by the stream thread.
 */
final class FeedbackPace {
    private static final long QUIET_MS = 10_000;
    private static final long LEAST_PATIENCE_MS = 60_000;

    private final long startMs;
    private final long quietMs;
    private final long patienceMs;
    private long readAtMs;
    private long newestMs;

    /**
     * @param window how long feedback is waited for
     * @param startMs when the task started, by the wall clock
     */
    FeedbackPace(Duration window, long startMs) {
        this.startMs = startMs;
        this.quietMs = Math.min(QUIET_MS, window.toMillis());
        this.patienceMs = Math.max(LEAST_PATIENCE_MS, window.toMillis());
        this.readAtMs = startMs + QUIET_MS - quietMs; // the first fetches may take that long, however short the window
    }

    /** Notes a record of the feedback topic, whatever is in it. */
    void read(long recordMs, long nowMs) {
        newestMs = Math.max(newestMs, recordMs);
        readAtMs = nowMs;
    }

    /** Whether feedback published before {@code momentMs}, which is past, may still be unread. */
    boolean isBehind(long momentMs, long nowMs) {
        return newestMs < momentMs && nowMs - readAtMs < quietMs && nowMs - Math.max(momentMs, startMs) < patienceMs;
    }
}
