package rerank.schemas;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Reads and writes one kind of event in the Confluent wire format: a zero byte, the schema's id in four bytes, and the
 * record in Avro binary. The subject is the topic's name with {@code -value} (or {@code -key}) after it.
 *
 * <p>Configured with the keys of {@link RegistryConfig} before its first use. Errors come in two kinds:
 * {@link org.apache.kafka.common.errors.SerializationException} for a record or schema that will never do, and
 * {@link RegistryUnavailableException} when the registry could not be asked and the same record may do later.
 *
 * @param <T> the generated class of the event
 */
public final class RegistrySerde<T extends SpecificRecord> extends Serdes.WrapperSerde<T> {
    public RegistrySerde(Class<T> type) {
        super(new RegistrySerializer<>(type), new RegistryDeserializer<>(type));
    }
}
