package rerank.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** The writing half of {@link RegistrySerde}; asks the registry once per topic. */
final class RegistrySerializer<T extends SpecificRecord> implements Serializer<T> {
    private final Schema schema;
    private final SpecificDatumWriter<T> writer;
    private final Map<String, Integer> idsByTopic = new HashMap<>();

    private @Nullable SchemaRegistry registry;
    private boolean autoRegister;
    private String suffix = "-value";
    private @Nullable BinaryEncoder encoder;

    RegistrySerializer(Class<T> type) {
        TrustedClasses.trustOurEvents();
        this.schema = SpecificData.get().getSchema(type);
        this.writer = new SpecificDatumWriter<>(schema, SpecificData.getForClass(type));
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        close();
        RegistryConfig config = RegistryConfig.of(configs);
        registry = SchemaRegistry.connect(config, configs);
        autoRegister = config.autoRegister();
        suffix = isKey ? "-key" : "-value";
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka's contract: null is a tombstone and stays null
    public byte[] serialize(String topic, @Nullable T event) {
        if (event == null) {
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        bytes.writeBytes(WireFormat.header(schemaId(topic)));
        try {
            encoder = EncoderFactory.get().directBinaryEncoder(bytes, encoder);
            writer.write(event, encoder);
            encoder.flush();
        } catch (IOException | AvroRuntimeException | ClassCastException | NullPointerException e) {
            throw new SerializationException(
                    "cannot write " + schema.getFullName() + " to topic " + topic + ": " + e.getMessage(), e);
        }
        return bytes.toByteArray();
    }

    private int schemaId(String topic) {
        Integer known = idsByTopic.get(topic);
        if (known != null) {
            return known;
        }
        if (registry == null) {
            throw new IllegalStateException("serializer of " + schema.getFullName() + " is used before configure()");
        }
        String subject = topic + suffix;
        int id = autoRegister ? registry.register(subject, schema) : registry.idOf(subject, schema);
        idsByTopic.put(topic, id);
        return id;
    }

    @Override
    public void close() {
        idsByTopic.clear();
        if (registry != null) {
            registry.close();
            registry = null;
        }
    }
}
