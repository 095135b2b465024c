package rerank.topology.worker;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A worker cannot start, or cannot go on; the message says what to do about it. */
public final class WorkerException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public WorkerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
