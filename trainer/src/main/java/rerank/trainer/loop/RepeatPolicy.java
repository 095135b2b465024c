package rerank.trainer.loop;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.jspecify.annotations.Nullable;
import rerank.model.store.CheckpointStoreException;
import rerank.schemas.RegistryUnavailableException;

/**
 * Decides whether what a learner could not do is worth doing again. Failures that pass are: a broker, a schema registry or a
 * store that is away, and a transaction that came to nothing, since the next one has a producer of its own. A mistake in the
 * configuration or in the code would only happen again. Owned by one thread.
 */
public final class RepeatPolicy {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private int failures;
    private boolean hasWorked;

    /** Notes that something was done; the next pause is a short one. */
    public void worked() {
        failures = 0;
        hasWorked = true;
    }

    /**
     * Notes a failure.
     *
     * @return how long to wait before it is tried again, twice as long each time up to a minute; empty if it should not be
     */
    public Optional<Duration> pauseBeforeRepeat(Throwable failure) {
        if (!isPassing(failure)) {
            return Optional.empty();
        }
        long pauseMs = FIRST_PAUSE.toMillis() << Math.min(failures, 10);
        failures++;
        return Optional.of(Duration.ofMillis(Math.min(pauseMs, LONGEST_PAUSE.toMillis())));
    }

    private boolean isPassing(@Nullable Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (isOfKafka(cause)
                    || cause instanceof StaleCycleException
                    || cause instanceof CheckpointStoreException
                    || cause instanceof UncheckedIOException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private boolean isOfKafka(Throwable cause) {
        return cause instanceof RetriableException
                || cause instanceof RegistryUnavailableException
                || cause instanceof ApplicationRecoverableException
                || cause instanceof TransactionAbortableException
                || cause instanceof InvalidTxnStateException
                || cause instanceof OutOfOrderSequenceException
                || cause instanceof CommitFailedException
                // A host name that could be resolved before and cannot be now is that of a broker that is away.
                || (cause instanceof ConfigException && hasWorked);
    }
}
