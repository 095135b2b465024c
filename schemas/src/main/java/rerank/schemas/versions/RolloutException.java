package rerank.schemas.versions;

/** A change of versions that the standing does not allow; the message says why and what to do. */
public final class RolloutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RolloutException(String message) {
        super(message);
    }
}
