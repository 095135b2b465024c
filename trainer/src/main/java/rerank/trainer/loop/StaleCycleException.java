package rerank.trainer.loop;

/** Somebody else changed versions or offsets while a cycle ran; nothing of it was applied. */
public final class StaleCycleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StaleCycleException(String message) {
        super(message);
    }
}
