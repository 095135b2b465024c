package rerank.topology.worker;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.jspecify.annotations.Nullable;
import rerank.schemas.RegistryUnavailableException;

/**
 * Decides whether a stream thread that died is worth replacing. Failures that pass by themselves are: a broker or a
 * schema registry that is away. Anything else would happen again at the same record. All methods are synchronized.
 */
final class RestartPolicy {
    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final int maxRestarts;
    private final Clock clock;
    private final Deque<Long> recent = new ArrayDeque<>();
    private long restarts;

    RestartPolicy(int maxRestarts, Clock clock) {
        this.maxRestarts = maxRestarts;
        this.clock = clock;
    }

    /**
     * Notes that a thread died.
     *
     * @return how long to wait before it is replaced, longer each time; empty if it should not be
     */
    synchronized Optional<Duration> pauseBeforeRestart(Throwable failure) {
        long now = clock.millis();
        while (!recent.isEmpty() && recent.getFirst() <= now - WINDOW.toMillis()) {
            recent.removeFirst();
        }
        if (!isPassing(failure) || recent.size() >= maxRestarts) {
            return Optional.empty();
        }
        long pauseMs = FIRST_PAUSE.toMillis() << Math.min(recent.size(), 10);
        recent.addLast(now);
        restarts++;
        return Optional.of(Duration.ofMillis(Math.min(pauseMs, LONGEST_PAUSE.toMillis())));
    }

    /** Threads replaced since the start. */
    synchronized long restarts() {
        return restarts;
    }

    /** Whether the failure, or what caused it, can pass by itself. */
    static boolean isPassing(@Nullable Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (cause instanceof RetriableException
                    || cause instanceof RegistryUnavailableException
                    || cause instanceof TaskMigratedException
                    || cause instanceof TaskCorruptedException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
