package rerank.schemas;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** The reading half of {@link RegistrySerde}; asks the registry once per schema id. */
final class RegistryDeserializer<T extends SpecificRecord> implements Deserializer<T> {
    private final Class<T> type;
    private final Schema schema;
    private final Map<Integer, EvolvingReader<T>> readers = new HashMap<>();

    private @Nullable SchemaRegistry registry;
    private @Nullable BinaryDecoder decoder;

    RegistryDeserializer(Class<T> type) {
        TrustedClasses.trustOurEvents();
        this.type = type;
        this.schema = SpecificData.get().getSchema(type);
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        close();
        registry = SchemaRegistry.connect(RegistryConfig.of(configs), configs);
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka's contract: a tombstone is null and stays null
    public T deserialize(String topic, byte @Nullable [] record) {
        if (record == null) {
            return null;
        }
        int id = WireFormat.schemaId(topic, record);
        EvolvingReader<T> reader = reader(id);
        try {
            decoder = DecoderFactory.get()
                    .binaryDecoder(record, WireFormat.HEADER_BYTES, record.length - WireFormat.HEADER_BYTES, decoder);
            T event = reader.read(null, decoder);
            if (!decoder.isEnd()) {
                throw new AvroRuntimeException("there are bytes left after the record's end");
            }
            return event;
        } catch (IOException | RuntimeException e) {
            // Damaged bytes make Avro throw nearly anything: EOF, negative lengths, indexes out of bounds.
            throw new SerializationException(
                    "record of topic " + topic + " cannot be read as " + schema.getFullName()
                            + " (written with schema id " + id + ", "
                            + reader.getSchema().getFullName() + "): " + e,
                    e);
        }
    }

    private EvolvingReader<T> reader(int id) {
        EvolvingReader<T> known = readers.get(id);
        if (known != null) {
            return known;
        }
        if (registry == null) {
            throw new IllegalStateException("deserializer of " + schema.getFullName() + " is used before configure()");
        }
        EvolvingReader<T> reader = new EvolvingReader<>(registry.schema(id), schema, type.getClassLoader());
        readers.put(id, reader);
        return reader;
    }

    @Override
    public void close() {
        readers.clear();
        if (registry != null) {
            registry.close();
            registry = null;
        }
    }
}
