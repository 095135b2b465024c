package rerank.trainer.chat;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Spaces requests evenly, and holds all of them back when the endpoint asks for it. Safe for use by several threads.
 */
final class RateLimit {
    /** Waits; a test does not. */
    interface Sleep {
        void sleep(Duration time) throws InterruptedException;
    }

    private final long spacingNanos;
    private final LongSupplier nanoTime;
    private final Sleep sleep;

    /** When the next request may go out; guarded by this. */
    private long nextNanos;

    /**
     * A limit whose first request goes out at once.
     *
     * @param requestsPerMinute 0 for no limit
     */
    RateLimit(int requestsPerMinute, LongSupplier nanoTime, Sleep sleep) {
        this.spacingNanos = requestsPerMinute == 0 ? 0 : Duration.ofMinutes(1).toNanos() / requestsPerMinute;
        this.nanoTime = nanoTime;
        this.sleep = sleep;
        this.nextNanos = nanoTime.getAsLong();
    }

    /** Waits for this caller's turn. */
    void await() throws InterruptedException {
        long wait = reserve();
        if (wait > 0) {
            sleep.sleep(Duration.ofNanos(wait));
        }
    }

    /** Lets nobody's turn come before so long from now. */
    synchronized void holdFor(Duration time) {
        nextNanos = Math.max(nextNanos, nanoTime.getAsLong() + time.toNanos());
    }

    private synchronized long reserve() {
        long now = nanoTime.getAsLong();
        long turn = Math.max(now, nextNanos);
        nextNanos = turn + spacingNanos;
        return turn - now;
    }
}
