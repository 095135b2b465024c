package rerank.schemas.versions;

import org.jspecify.annotations.Nullable;

/** The topics of versions cannot be read or written; the message says which, why and what to do. */
public final class VersionTopicException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    VersionTopicException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
