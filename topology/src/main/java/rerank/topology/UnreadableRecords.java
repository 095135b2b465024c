package rerank.topology;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rerank.schemas.RegistryUnavailableException;

/**
 * Puts records that cannot be read to the dead letters. A schema registry that is away says nothing about the record:
 * then the thread stops, and reads the record again when it is replaced.
 */
public final class UnreadableRecords implements DeserializationExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(UnreadableRecords.class);

    private String topic = "";

    @Override
    public void configure(Map<String, ?> configs) {
        topic = String.valueOf(configs.get(DeadLetterHandling.TOPIC));
    }

    @Override
    public Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
        if (isRegistryAway(exception)) {
            return Response.fail();
        }
        log.warn(
                "unreadable record at {}-{} offset {}: {}",
                record.topic(),
                record.partition(),
                record.offset(),
                exception.getMessage());
        DeadLetter letter = DeadLetter.of(
                record.key(),
                record.value(),
                "read",
                "cannot be read: " + exception.getMessage(),
                new DeadLetter.Origin(record.topic(), record.partition(), record.offset()),
                exception);
        return Response.resume(
                List.of(new ProducerRecord<>(topic, null, letter.key(), letter.value(), letter.headers())));
    }

    static boolean isRegistryAway(Throwable exception) {
        Throwable cause = exception;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (cause instanceof RegistryUnavailableException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
