package rerank.cli.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import rerank.cli.embedded.SchemaCatalog.Entry;

/**
 * The registry's memory: the compacted topic {@code _schemas}, in the form in which Confluent's registry keeps its own,
 * so that one can be started on it later.
 */
final class KafkaSchemaLog implements SchemaLog {
    static final String TOPIC = "_schemas";

    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String bootstrapServers;
    private final KafkaProducer<String, String> producer;

    private KafkaSchemaLog(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.LINGER_MS_CONFIG,
                        0,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        TIMEOUT.toMillis(),
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        (int) TIMEOUT.toMillis() / 2,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        (int) TIMEOUT.toMillis()),
                new StringSerializer(),
                new StringSerializer());
    }

    /** Opens the log, making its topic when there is none. */
    static KafkaSchemaLog open(String bootstrapServers) {
        createTopic(bootstrapServers);
        return new KafkaSchemaLog(bootstrapServers);
    }

    private static void createTopic(String bootstrapServers) {
        NewTopic topic =
                new NewTopic(TOPIC, 1, (short) 1).configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, "compact"));
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            admin.createTopics(List.of(topic)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("cannot create topic " + TOPIC + ": " + e.getCause(), e);
            }
        } catch (InterruptedException e) {
            throw interrupted("creating topic " + TOPIC, e);
        }
    }

    @Override
    public void replay(Consumer<Entry> entries) {
        Map<String, Object> config = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false);
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION), TIMEOUT).getOrDefault(PARTITION, 0L);
            while (consumer.position(PARTITION, TIMEOUT) < end) {
                for (ConsumerRecord<String, @Nullable String> record : consumer.poll(Duration.ofMillis(100))) {
                    Entry entry = entry(record);
                    if (entry != null) {
                        entries.accept(entry);
                    }
                }
            }
        }
    }

    @Override
    public void append(Entry entry) {
        try {
            producer.send(new ProducerRecord<>(TOPIC, key(entry), value(entry))).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot write to topic " + TOPIC + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            throw interrupted("writing to topic " + TOPIC, e);
        }
    }

    private static IllegalStateException interrupted(String what, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while " + what, e);
    }

    private static String key(Entry entry) {
        ObjectNode key = JSON.createObjectNode();
        if (entry instanceof Entry.SchemaEntry added) {
            key.put("keytype", "SCHEMA");
            key.put("subject", added.schema().subject());
            key.put("version", added.schema().version());
            key.put("magic", 1);
        } else if (entry instanceof Entry.LevelEntry set) {
            key.put("keytype", "CONFIG");
            key.put("subject", set.subject());
            key.put("magic", 0);
        }
        return key.toString();
    }

    private static @Nullable String value(Entry entry) {
        ObjectNode value = JSON.createObjectNode();
        if (entry instanceof Entry.SchemaEntry added) {
            value.put("subject", added.schema().subject());
            value.put("version", added.schema().version());
            value.put("id", added.schema().id());
            value.put("schema", added.schema().text());
            value.put("deleted", added.schema().deleted());
        } else if (entry instanceof Entry.LevelEntry set) {
            if (set.level() == null) {
                return null;
            }
            value.put("compatibilityLevel", set.level().name());
        }
        return value.toString();
    }

    /** Null for a record that is none of ours. */
    private static @Nullable Entry entry(ConsumerRecord<String, @Nullable String> record) {
        try {
            JsonNode key = JSON.readTree(record.key());
            JsonNode value = record.value() == null ? null : JSON.readTree(record.value());
            return switch (key.path("keytype").asText()) {
                case "SCHEMA" -> value == null ? null : new Entry.SchemaEntry(schema(value));
                case "CONFIG" ->
                    new Entry.LevelEntry(
                            key.path("subject").textValue(),
                            value == null
                                    ? null
                                    : CompatibilityLevel.of(
                                            value.path("compatibilityLevel").asText()));
                default -> null;
            };
        } catch (JsonProcessingException | RegistryError e) {
            throw new IllegalStateException(
                    "topic " + TOPIC + " is damaged at offset " + record.offset() + ": " + e.getMessage(), e);
        }
    }

    private static StoredSchema schema(JsonNode value) {
        return new StoredSchema(
                value.path("subject").asText(),
                value.path("version").asInt(),
                value.path("id").asInt(),
                value.path("schema").asText(),
                value.path("deleted").asBoolean());
    }

    @Override
    public void close() {
        producer.close(TIMEOUT);
    }
}
