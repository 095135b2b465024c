package rerank.schemas;

import java.io.Serial;
import org.apache.kafka.common.KafkaException;

/**
 * The schema registry gave no answer that says anything about the record: it is away, overloaded, or refuses our
 * credentials. The record may be perfectly good, so it must be tried again and never be put aside as unreadable.
 *
 * <p>It is deliberately no {@link org.apache.kafka.common.errors.SerializationException}, which stands for a record
 * that will stay unreadable however often it is tried.
 */
public final class RegistryUnavailableException extends KafkaException {
    @Serial
    private static final long serialVersionUID = 1L;

    public RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
