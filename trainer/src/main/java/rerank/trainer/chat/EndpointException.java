package rerank.trainer.chat;

/** The endpoint cannot be used at all; asking on would only fail on. */
public final class EndpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EndpointException(String message) {
        super(message);
    }
}
