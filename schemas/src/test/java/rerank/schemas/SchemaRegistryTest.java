package rerank.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What we make of a registry's answers, against a server that answers what the test says. */
class SchemaRegistryTest {
    private static final Schema SCHEMA = QueryEvent.getClassSchema();
    private static final String PASSWORD = "changeit";

    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Queue<String> authorizations = new ConcurrentLinkedQueue<>();
    private HttpServer server = serve(httpServer());

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    @Test
    void aSchemaIdThatTheRegistryDoesNotKnowIsFinal() {
        answers.add(new Answer(404, "{\"error_code\":40403,\"message\":\"Schema 7 not found\"}"));

        assertThatThrownBy(() -> connect().schema(7))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("unknown schema id 7")
                .hasMessageContaining("" + server.getAddress().getPort());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | {\"error_code\":50001,\"message\":\"store is down\"} | registry's log",
                "503 | busy | registry's log",
                "429 | {\"error_code\":42901,\"message\":\"slow down\"} | registry's log",
                "401 | {\"error_code\":401,\"message\":\"Unauthorized\"} | basic.auth.user.info",
                "403 | {\"error_code\":40301,\"message\":\"denied\"} | credentials",
                "404 | <html>no such page</html> | not look like a schema registry",
                "404 | {\"error_code\":404,\"message\":\"HTTP 404 Not Found\"} | not look like a schema registry",
                "200 | <html>welcome</html> | schema.registry.url",
            })
    void anAnswerThatSaysNothingAboutTheSchemaIsTransient(int status, String body, String advice) {
        answers.add(new Answer(status, body));

        assertThatThrownBy(() -> connect().schema(7))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("cannot fetch schema id 7")
                .hasMessageContaining(advice);
    }

    @Test
    void silenceIsTransientAndSaysWhatToCheck() {
        SchemaRegistry registry = connect();
        server.stop(0);

        assertThatThrownBy(() -> registry.schema(7))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("cannot be reached")
                .hasMessageContaining("schema.registry.url");
        assertThatThrownBy(() -> registry.register("s", SCHEMA)).isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void afterAnOutageTheSameIdIsFoundAgain() {
        SchemaRegistry registry = connect();
        answers.add(new Answer(503, "{\"error_code\":50301,\"message\":\"starting\"}"));
        answers.add(new Answer(404, "{\"error_code\":40403,\"message\":\"not there yet\"}"));
        answers.add(new Answer(200, "{\"schema\":\"\\\"string\\\"\"}"));

        assertThatThrownBy(() -> registry.schema(7)).isInstanceOf(RegistryUnavailableException.class);
        assertThatThrownBy(() -> registry.schema(7)).isInstanceOf(SerializationException.class);
        assertThat(registry.schema(7).getType()).isEqualTo(Schema.Type.STRING);
    }

    @Test
    void asksOncePerSchemaIdAndSubject() {
        SchemaRegistry registry = connect();
        answers.add(new Answer(200, "{\"schema\":\"\\\"string\\\"\"}"));
        answers.add(new Answer(200, "{\"id\":3}"));

        assertThat(registry.schema(7)).isEqualTo(registry.schema(7));
        assertThat(registry.register("s", SCHEMA)).isEqualTo(3).isEqualTo(registry.register("s", SCHEMA));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSON", "PROTOBUF"})
    void aSchemaOfAnotherLanguageIsFinal(String type) {
        answers.add(new Answer(200, "{\"schemaType\":\"" + type + "\",\"schema\":\"{}\"}"));

        assertThatThrownBy(() -> connect().schema(7))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("schema id 7")
                .hasMessageContaining("no Avro schema");
    }

    @Test
    void readsSchemasWhoseDefaultsOurAvroWouldRefuse() {
        answers.add(new Answer(
                200,
                "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":"
                        + "[{\\\"name\\\":\\\"f\\\",\\\"type\\\":\\\"int\\\",\\\"default\\\":\\\"no\\\"}]}\"}"));

        assertThat(connect().schema(7).getName()).isEqualTo("R");
    }

    @Test
    void anIncompatibleSchemaIsFinalAndNamesTheSubject() {
        answers.add(new Answer(409, "{\"error_code\":409,\"message\":\"field x has no default\"}"));

        assertThatThrownBy(() -> connect().register("rerank.queries-value", SCHEMA))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("rerank.schemas.QueryEvent is not compatible")
                .hasMessageContaining("rerank.queries-value")
                .hasMessageContaining("field x has no default");
    }

    @Test
    void anUnregisteredSchemaIsFinalWhereItMayNotBeRegistered() {
        answers.add(new Answer(404, "{\"error_code\":40401,\"message\":\"Subject not found\"}"));

        assertThatThrownBy(() -> connect().idOf("rerank.queries-value", SCHEMA))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("not registered under subject rerank.queries-value")
                .hasMessageContaining("auto.register.schemas=true");
    }

    @Test
    void sendsUserNameAndPasswordAndKeepsThemOutOfMessages() {
        answers.add(new Answer(500, "{\"error_code\":50001,\"message\":\"down\"}"));
        answers.add(new Answer(500, "{\"error_code\":50001,\"message\":\"down\"}"));
        String withUser = url().replace("http://", "http://scott:tiger@");

        for (Map<String, String> config : List.of(
                Map.of(
                        "schema.registry.url",
                        url(),
                        "basic.auth.credentials.source",
                        "USER_INFO",
                        "basic.auth.user.info",
                        "scott:tiger"),
                Map.of("schema.registry.url", withUser, "basic.auth.credentials.source", "URL"))) {
            assertThatThrownBy(() -> connect(config).schema(7))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageNotContaining("tiger");
        }

        assertThat(authorizations).containsExactly("Basic c2NvdHQ6dGlnZXI=", "Basic c2NvdHQ6dGlnZXI=");
    }

    @Test
    void speaksTlsWithTheTrustStoreGiven(@TempDir Path dir) throws Exception {
        Path store = keyStore(dir);
        server.stop(0);
        server = serve(httpsServer(store));
        Map<String, String> config = new HashMap<>();
        config.put("schema.registry.url", url().replace("http://", "https://"));

        answers.add(new Answer(200, "{\"schema\":\"\\\"string\\\"\"}"));
        assertThatThrownBy(() -> connect(config).schema(7))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("schema.registry.ssl.");

        config.put("schema.registry.ssl.truststore.location", store.toString());
        config.put("schema.registry.ssl.truststore.password", PASSWORD);
        config.put("schema.registry.ssl.truststore.type", "PKCS12");
        assertThat(connect(config).schema(7).getType()).isEqualTo(Schema.Type.STRING);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                    | true  | schema.registry.url is missing",
                "localhost:8081        | true  | http://, https:// or mock://",
                "http://localhost:8081 | maybe | use true or false",
            })
    void refusesSettingsThatItDoesNotUnderstand(String url, String autoRegister, String message) {
        Map<String, String> config = Map.of("schema.registry.url", url, "auto.register.schemas", autoRegister);

        assertThatThrownBy(() -> new RegistrySerde<>(QueryEvent.class).configure(config, false))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    private SchemaRegistry connect() {
        return connect(Map.of("schema.registry.url", url()));
    }

    private static SchemaRegistry connect(Map<String, String> config) {
        return SchemaRegistry.connect(RegistryConfig.of(config), config);
    }

    private String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    private HttpServer serve(HttpServer created) {
        created.createContext("/", exchange -> {
            try (exchange;
                    InputStream ignored = exchange.getRequestBody()) {
                String authorization = exchange.getRequestHeaders().getFirst("Authorization");
                if (authorization != null) {
                    authorizations.add(authorization);
                }
                Answer answer = answers.isEmpty()
                        ? new Answer(500, "{\"error_code\":1,\"message\":\"the test expected no further question\"}")
                        : answers.remove();
                byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(answer.status(), body.length);
                exchange.getResponseBody().write(body);
            }
        });
        created.start();
        return created;
    }

    private static HttpServer httpServer() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpServer httpsServer(Path keyStore) throws Exception {
        KeyStore keys = KeyStore.getInstance(keyStore.toFile(), PASSWORD.toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer created = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        created.setHttpsConfigurator(new HttpsConfigurator(context));
        return created;
    }

    /** A key with a self-signed certificate for localhost, and the same certificate as a trusted one. */
    private static Path keyStore(Path dir) throws Exception {
        Path store = dir.resolve("registry.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        run(
                dir,
                keytool,
                "-genkeypair",
                "-alias",
                "registry",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD);
        Path certificate = dir.resolve("registry.cer");
        run(
                dir,
                keytool,
                "-exportcert",
                "-alias",
                "registry",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-file",
                certificate.toString());
        run(
                dir,
                keytool,
                "-importcert",
                "-noprompt",
                "-alias",
                "trusted",
                "-file",
                certificate.toString(),
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD);
        return store;
    }

    private static void run(Path dir, String... command) throws Exception {
        Path log = dir.resolve("keytool.log");
        int exit = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        assertThat(exit).as(() -> readString(log)).isZero();
    }

    private static String readString(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Answer(int status, String body) {}
}
