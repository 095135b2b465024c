package rerank.topology;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts records on which a processor throws to the dead letters. Failures of Kafka or the schema registry are not the
 * record's: then the thread stops, and takes the record again when it is replaced. So do failures without a record,
 * in a timer, which would otherwise leave a query unanswered in silence.
 */
public final class FailedRecords implements ProcessingExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(FailedRecords.class);

    private String topic = "";

    @Override
    public void configure(Map<String, ?> configs) {
        topic = String.valueOf(configs.get(DeadLetterHandling.TOPIC));
    }

    @Override
    public Response handleError(ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
        if (exception instanceof KafkaException || context.topic() == null || context.sourceRawValue() == null) {
            return Response.fail();
        }
        log.error(
                "node {} failed on the record at {}-{} offset {}",
                context.processorNodeId(),
                context.topic(),
                context.partition(),
                context.offset(),
                exception);
        DeadLetter letter = DeadLetter.of(
                context.sourceRawKey(),
                context.sourceRawValue(),
                context.processorNodeId(),
                "processing failed: " + exception,
                new DeadLetter.Origin(context.topic(), context.partition(), context.offset()),
                exception);
        return Response.resume(
                List.of(new ProducerRecord<>(topic, null, letter.key(), letter.value(), letter.headers())));
    }
}
