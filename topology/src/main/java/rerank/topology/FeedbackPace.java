package rerank.topology;

import java.time.Duration;

/**
 * Tells whether the feedback topic has been read as far as a moment, as well as a task can know. After a stop the task
 * finds windows whose time is over and, still unread, feedback that was in time; closing at once would lose it.
 *
 * <p>Behind is who reads feedback older than the moment, or has only just started; never for longer than the patience,
 * so that a producer with a wrong clock does not keep windows open for ever. Owned by the stream thread.
 */
final class FeedbackPace {
    private static final long QUIET_MS = 2_000;

    private final long quietMs;
    private final long patienceMs;
    private long readAtMs;
    private long newestMs;

    /**
     * @param window how long feedback is waited for; also the patience
     * @param startMs when the task started, by the wall clock
     */
    FeedbackPace(Duration window, long startMs) {
        this.quietMs = Math.min(QUIET_MS, window.toMillis());
        this.patienceMs = window.toMillis();
        this.readAtMs = startMs;
    }

    /** Notes a record of the feedback topic, whatever is in it. */
    void read(long recordMs, long nowMs) {
        newestMs = Math.max(newestMs, recordMs);
        readAtMs = nowMs;
    }

    /** Whether feedback published before {@code momentMs}, which is past, may still be unread. */
    boolean isBehind(long momentMs, long nowMs) {
        return newestMs < momentMs && nowMs - readAtMs < quietMs && nowMs - momentMs < patienceMs;
    }
}
