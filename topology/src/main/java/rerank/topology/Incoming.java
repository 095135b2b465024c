package rerank.topology;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * A record as it came, for the rules that judge it and the dead letters that may keep it.
 *
 * @param key its key as text; null if it has none
 * @param keyBytes its key as received
 * @param value its value
 */
record Incoming(@Nullable String key, byte @Nullable [] keyBytes, Received value) {
    static Incoming of(Record<byte[], Received> record) {
        byte[] key = record.key();
        Received value = record.value();
        return new Incoming(
                key == null ? null : new String(key, StandardCharsets.UTF_8),
                key,
                value == null ? new Received(null, null) : value);
    }
}
