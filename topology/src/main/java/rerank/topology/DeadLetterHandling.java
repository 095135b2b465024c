package rerank.topology;

import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;

/** Kafka Streams' side of the dead letters: records that cannot be read, and records on which a processor throws. */
public final class DeadLetterHandling {
    static final String TOPIC = "rerank.dead.letters.topic";

    private DeadLetterHandling() {}

    /** Configuration of the error handlers for a Kafka Streams client. */
    public static Map<String, Object> properties(String topic) {
        return Map.of(
                TOPIC,
                topic,
                StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
                UnreadableRecords.class,
                StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
                FailedRecords.class);
    }
}
