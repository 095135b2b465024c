package rerank.schemas;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.ParsedSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * A schema registry as the serde needs it; the one class that knows Confluent's client. Schemas cross to the client as
 * text, because the client brings an Avro of its own under another package name.
 *
 * <p>Only an answer that the registry itself gave about a schema is final. Silence, overload, refused credentials and
 * answers of something that is no registry become {@link RegistryUnavailableException}. Nothing is remembered of a
 * failure: the next call asks again (the client keeps negative answers only where {@code missing.id.cache.ttl.sec}
 * says so; leave that unset).
 *
 * <p>Safe for use by several threads.
 */
final class SchemaRegistry implements AutoCloseable {
    private static final int SCHEMAS_REMEMBERED_PER_SUBJECT = 1000;
    private static final int SUBJECT_NOT_FOUND = 40401;
    private static final int SCHEMA_NOT_FOUND = 40403;
    private static final int CONFLICT = 409;
    private static final int UNPROCESSABLE = 422;

    private final SchemaRegistryClient client;
    private final String urls;

    private SchemaRegistry(SchemaRegistryClient client, String urls) {
        this.client = client;
        this.urls = urls;
    }

    /**
     * A registry at the addresses given; nothing is sent before the first question.
     *
     * @param config where it is
     * @param clientConfig every key that was configured, for the client to take its own from
     */
    static SchemaRegistry connect(RegistryConfig config, Map<String, ?> clientConfig) {
        String mockScope = MockSchemaRegistry.validateAndMaybeGetMockScope(config.urls());
        SchemaRegistryClient client = mockScope == null
                ? new CachedSchemaRegistryClient(
                        config.urls(),
                        SCHEMAS_REMEMBERED_PER_SUBJECT,
                        List.of(new AvroSchemaProvider()),
                        clientConfig,
                        Map.of())
                : MockSchemaRegistry.getClientForScope(mockScope);
        return new SchemaRegistry(client, config.printableUrls());
    }

    /**
     * Registers a schema, or finds it where it is registered already.
     *
     * @return the schema's id
     * @throws SerializationException if the registry refuses it
     * @throws RegistryUnavailableException if the registry cannot be asked
     */
    int register(String subject, Schema schema) {
        return ask(
                "register " + schema.getFullName() + " under " + subject,
                () -> client.register(subject, parsed(schema)),
                refusal -> switch (refusal.getStatus()) {
                    case CONFLICT ->
                        schema.getFullName() + " is not compatible with the schemas that subject " + subject
                                + " has at " + urls + " (" + refusal.getMessage()
                                + "); give new fields a default, or change the subject's compatibility level";
                    case UNPROCESSABLE ->
                        "registry " + urls + " refuses the schema " + schema.getFullName() + " for subject " + subject
                                + " as invalid (" + refusal.getMessage() + ")";
                    default -> "";
                });
    }

    /**
     * Finds a schema that must be registered already.
     *
     * @return the schema's id
     * @throws SerializationException if it is not registered under the subject
     * @throws RegistryUnavailableException if the registry cannot be asked
     */
    int idOf(String subject, Schema schema) {
        return ask(
                "look up " + schema.getFullName() + " under " + subject,
                () -> client.getId(subject, parsed(schema)),
                refusal -> isOneOf(refusal, SUBJECT_NOT_FOUND, SCHEMA_NOT_FOUND)
                        ? schema.getFullName() + " as this program has it is not registered under subject " + subject
                                + " at " + urls + "; register it, or set " + RegistryConfig.AUTO_REGISTER + "=true"
                        : "");
    }

    /**
     * The schema with an id, as its writer had it.
     *
     * @throws SerializationException if the registry does not know the id or its schema is not Avro
     * @throws RegistryUnavailableException if the registry cannot be asked
     */
    Schema schema(int id) {
        ParsedSchema found = ask(
                "fetch schema id " + id,
                () -> fetch(id),
                refusal -> isOneOf(refusal, SCHEMA_NOT_FOUND, SUBJECT_NOT_FOUND)
                        ? "unknown schema id " + id + " at registry " + urls
                                + ": the record was written against another registry, or is not one of ours"
                        : "");
        if (!(found instanceof AvroSchema avro)) {
            throw notAvro(id, found.schemaType(), null);
        }
        try {
            // Defaults of a writer's schema are never used, so they are not held against it.
            return new Schema.Parser()
                    .setValidateDefaults(false)
                    .parse(avro.rawSchema().toString());
        } catch (AvroRuntimeException e) {
            throw notAvro(id, "something that cannot be read", e);
        }
    }

    private ParsedSchema fetch(int id) throws IOException, RestClientException {
        try {
            return client.getSchemaById(id);
        } catch (IOException e) {
            // The client's way of saying that the registry did answer, with a schema that it cannot parse as Avro.
            if (e.getMessage() != null && e.getMessage().startsWith("Invalid schema")) {
                throw notAvro(id, "something else", e);
            }
            throw e;
        }
    }

    private SerializationException notAvro(int id, String what, @Nullable Exception cause) {
        return new SerializationException(
                "schema id " + id + " at registry " + urls + " is no Avro schema but " + what
                        + ": the record is not one of ours",
                cause);
    }

    private static AvroSchema parsed(Schema schema) {
        return new AvroSchema(withoutJavaTypes(schema).toString());
    }

    /** Generated classes' schemas say which Java class holds a string; that is nobody else's business. */
    static Schema withoutJavaTypes(Schema schema) {
        return new Schema.Parser().parse(schema.toString().replace(",\"avro.java.string\":\"String\"", ""));
    }

    private static boolean isOneOf(RestClientException refusal, int... errorCodes) {
        return Arrays.stream(errorCodes).anyMatch(code -> code == refusal.getErrorCode());
    }

    /**
     * Asks the client.
     *
     * @param finalAnswer the message of a refusal that will stay, or "" if asking again may help
     */
    private <R> R ask(String what, Question<R> question, Function<RestClientException, String> finalAnswer) {
        try {
            return question.ask();
        } catch (RestClientException e) {
            String message = finalAnswer.apply(e);
            if (!message.isEmpty()) {
                throw new SerializationException(message, e);
            }
            throw new RegistryUnavailableException(
                    "cannot " + what + ": registry " + urls + " answered status " + e.getStatus() + " ("
                            + e.getMessage() + "); " + whatToCheck(e.getStatus()),
                    e);
        } catch (IOException e) {
            throw new RegistryUnavailableException(
                    "cannot " + what + ": registry " + urls + " cannot be reached (" + e + "); check "
                            + RegistryConfig.URL
                            + ", that the registry runs, and its TLS settings (schema.registry.ssl.*)",
                    e);
        }
    }

    private static String whatToCheck(int status) {
        return switch (status) {
            case 401, 403 ->
                "check its credentials (basic.auth.credentials.source, basic.auth.user.info, bearer.auth.*)"
                        + " and what they permit";
            case 404 -> "check " + RegistryConfig.URL + ", this does not look like a schema registry";
            default -> "check the registry's log";
        };
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the connection to registry " + urls, e);
        }
    }

    @FunctionalInterface
    private interface Question<R> {
        R ask() throws IOException, RestClientException;
    }
}
