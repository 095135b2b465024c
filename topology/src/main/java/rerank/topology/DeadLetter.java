package rerank.topology;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be read or processed, with the reason.
 *
 * @param key as received
 * @param value as received; null if it was null or longer than a topic takes by Kafka's default
 * @param headers why and where, under the names in this class
 */
record DeadLetter(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
    static final String REASON = "rerank.error.reason";
    static final String STAGE = "rerank.error.stage";
    static final String TOPIC = "rerank.error.topic";
    static final String PARTITION = "rerank.error.partition";
    static final String OFFSET = "rerank.error.offset";
    static final String EXCEPTION = "rerank.error.exception";
    static final String OMITTED_BYTES = "rerank.error.omitted.value.bytes";

    private static final int MAX_VALUE_BYTES = 900_000;
    private static final int MAX_HEADER_CHARS = 2_000;

    /**
     * Where a record came from.
     *
     * @param topic its topic
     * @param partition its partition; -1 if it is not known
     * @param offset its offset; -1 if it is not known
     */
    record Origin(String topic, int partition, long offset) {}

    static DeadLetter of(
            byte @Nullable [] key,
            byte @Nullable [] value,
            String stage,
            String reason,
            @Nullable Origin origin,
            @Nullable Throwable exception) {
        Headers headers = new RecordHeaders();
        put(headers, REASON, reason);
        put(headers, STAGE, stage);
        if (origin != null) {
            put(headers, TOPIC, origin.topic());
            put(headers, PARTITION, Integer.toString(origin.partition()));
            put(headers, OFFSET, Long.toString(origin.offset()));
        }
        if (exception != null) {
            put(headers, EXCEPTION, chain(exception));
        }
        if (value != null && value.length > MAX_VALUE_BYTES) {
            put(headers, OMITTED_BYTES, Integer.toString(value.length));
            return new DeadLetter(key, null, headers);
        }
        return new DeadLetter(key, value, headers);
    }

    private static void put(Headers headers, String name, String value) {
        String bounded = value.length() <= MAX_HEADER_CHARS ? value : value.substring(0, MAX_HEADER_CHARS);
        headers.add(name, bounded.getBytes(StandardCharsets.UTF_8));
    }

    /** The exception and its causes, a line each; stack traces belong into the log. */
    private static String chain(Throwable exception) {
        StringBuilder text = new StringBuilder(exception.toString());
        Throwable cause = exception.getCause();
        for (int depth = 0; cause != null && depth < 5; depth++) {
            text.append("\ncaused by ").append(cause);
            cause = cause.getCause();
        }
        return text.toString();
    }
}
