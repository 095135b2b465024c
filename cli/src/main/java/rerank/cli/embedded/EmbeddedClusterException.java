package rerank.cli.embedded;

import java.io.Serial;

/** The embedded broker or registry cannot start; the message says why and what to do about it. */
public final class EmbeddedClusterException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    EmbeddedClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
