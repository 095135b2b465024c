package rerank.topology;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * A record's value with the bytes it came as, which the dead letters need when it turns out to be of no use.
 *
 * @param bytes as received; null for a tombstone
 * @param event what they say; null for a tombstone
 */
record Received(byte @Nullable [] bytes, @Nullable SpecificRecord event) {
    /** Reads a value and keeps its bytes. */
    static Deserializer<Received> deserializer(Deserializer<? extends SpecificRecord> events) {
        return (topic, bytes) -> new Received(bytes, bytes == null ? null : events.deserialize(topic, bytes));
    }
}
