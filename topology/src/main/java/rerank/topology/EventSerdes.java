package rerank.topology;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import rerank.schemas.RegistrySerde;
import rerank.schemas.TrustedClasses;

/** The serdes of the topology. All may be used by many stream threads at once. */
final class EventSerdes {
    private final Map<String, ?> registry;
    private final Map<Class<?>, Serde<?>> onTopics = new ConcurrentHashMap<>();

    /**
     * @param registry keys of the schema registry's client
     */
    EventSerdes(Map<String, ?> registry) {
        this.registry = Map.copyOf(registry);
        // After a restart the stores are read before any serde of a topic was made.
        TrustedClasses.trustOurEvents();
    }

    /** For topics: the Confluent wire format. */
    <T extends SpecificRecord> Serde<T> onTopics(Class<T> type) {
        @SuppressWarnings("unchecked") // put there for this very type
        Serde<T> known = (Serde<T>) onTopics.computeIfAbsent(type, key -> perThread(type));
        return known;
    }

    /** A graph shares its serdes between threads and {@link RegistrySerde} belongs to one, so each gets its own. */
    private <T extends SpecificRecord> Serde<T> perThread(Class<T> type) {
        ThreadLocal<Serde<T>> own = ThreadLocal.withInitial(() -> {
            Serde<T> serde = new RegistrySerde<>(type);
            serde.configure(registry, false);
            return serde;
        });
        Serializer<T> serializer = (topic, event) -> own.get().serializer().serialize(topic, event);
        Deserializer<T> deserializer =
                (topic, bytes) -> own.get().deserializer().deserialize(topic, bytes);
        return Serdes.serdeFrom(serializer, deserializer);
    }

    /** For stores: Avro's single-object encoding, whose fingerprint of the schema needs no registry. */
    static <T> Serde<T> inStores(BinaryMessageEncoder<T> encoder, BinaryMessageDecoder<T> decoder) {
        Serializer<T> serializer = (topic, state) -> {
            try {
                ByteBuffer buffer = encoder.encode(state);
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                return bytes;
            } catch (IOException e) {
                throw new SerializationException("state cannot be written to " + topic, e);
            }
        };
        Deserializer<T> deserializer = (topic, bytes) -> {
            try {
                return decoder.decode(bytes);
            } catch (IOException e) {
                throw new SerializationException("state cannot be read from " + topic, e);
            }
        };
        return Serdes.serdeFrom(serializer, deserializer);
    }
}
