package rerank.model.store;

/** A checkpoint that cannot be put or fetched; the message names what, where, and what was expected. */
public final class CheckpointStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointStoreException(String message) {
        super(message);
    }

    public CheckpointStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
