package rerank.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.cli.embedded.SchemaCatalog.Entry;

/** The registry over HTTP, as clients see it, with its log in memory. */
class EmbeddedRegistryTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String V1 = record("{\"name\":\"a\",\"type\":\"string\"}");
    private static final String V2 =
            record("{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"b\",\"type\":\"int\",\"default\":0}");
    private static final String WITHOUT_DEFAULT =
            record("{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"c\",\"type\":\"int\"}");
    private static final String SHRUNK = record("{\"name\":\"b\",\"type\":\"int\",\"default\":0}");

    private final MemoryLog log = new MemoryLog();
    private final HttpClient http = HttpClient.newHttpClient();
    private EmbeddedRegistry registry = EmbeddedRegistry.start(log, 0);

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void numbersSchemasFromOneAndGivesTheSameTextTheSameId() {
        assertThat(register("s", V1)).isEqualTo(1);
        assertThat(register("s", V2)).isEqualTo(2);
        assertThat(register("s", V1.replace(",", ", "))).isEqualTo(1);
        assertThat(register("t", V2)).isEqualTo(2);

        assertThat(get("/subjects")).hasToString("[\"s\",\"t\"]");
        assertThat(get("/subjects?subjectPrefix=t")).hasToString("[\"t\"]");
        assertThat(get("/subjects/s/versions")).hasToString("[1,2]");
        assertThat(get("/schemas/ids/2").get("schema").asText()).isEqualTo(V2);
        assertThat(get("/schemas/ids/2/schema")).isEqualTo(json(V2));
        assertThat(get("/schemas/ids/2/subjects")).hasToString("[\"s\",\"t\"]");
        assertThat(get("/schemas/ids/2/versions"))
                .isEqualTo(json("[{\"subject\":\"s\",\"version\":2},{\"subject\":\"t\",\"version\":1}]"));
        assertThat(get("/schemas/types")).hasToString("[\"AVRO\"]");
    }

    @Test
    void describesVersionsByNumberAndLatest() {
        register("s", V1);
        register("s", V2);

        JsonNode latest = get("/subjects/s/versions/latest");

        assertThat(latest.get("version").asInt()).isEqualTo(2);
        assertThat(latest.get("id").asInt()).isEqualTo(2);
        assertThat(latest.get("schema").asText()).isEqualTo(V2);
        assertThat(get("/subjects/s/versions/-1")).isEqualTo(latest);
        assertThat(get("/subjects/s/versions/1").get("schema").asText()).isEqualTo(V1);
        assertThat(get("/subjects/s/versions/1/schema")).isEqualTo(json(V1));
    }

    @Test
    void findsASchemaUnderItsSubject() {
        register("s", V1);

        assertThat(post("/subjects/s", schemaBody(V1)).body().get("version").asInt())
                .isEqualTo(1);
        assertThat(post("/subjects/s", schemaBody(V2)).error()).isEqualTo("404 40403");
        assertThat(post("/subjects/other", schemaBody(V1)).error()).isEqualTo("404 40401");
    }

    @Test
    void readsSubjectsWithReservedCharacters() {
        register("a%2Fb%20c", V1);

        assertThat(get("/subjects")).hasToString("[\"a/b c\"]");
    }

    @ParameterizedTest(name = "{0}: adding a default {1}, adding without {2}, removing a field without default {3}")
    @CsvSource({
        "NONE,                true,  true,  true",
        "BACKWARD,            true,  false, true",
        "BACKWARD_TRANSITIVE, true,  false, true",
        "FORWARD,             true,  true,  false",
        "FORWARD_TRANSITIVE,  true,  true,  false",
        "FULL,                true,  false, false",
        "FULL_TRANSITIVE,     true,  false, false",
    })
    void honoursTheCompatibilityLevel(String level, boolean defaulted, boolean required, boolean removed) {
        put("/config", "{\"compatibility\":\"" + level + "\"}");
        register("s", V1);

        assertThat(compatible("s", V2)).isEqualTo(defaulted);
        assertThat(compatible("s", WITHOUT_DEFAULT)).isEqualTo(required);
        assertThat(compatible("s", SHRUNK)).isEqualTo(removed);
        assertThat(post("/subjects/s/versions", schemaBody(WITHOUT_DEFAULT)).status())
                .isEqualTo(required ? 200 : 409);
    }

    @Test
    void transitiveLevelsLookAtEveryEarlierVersion() {
        // Each step is compatible with the one before; the last is not with the first.
        String first = record("{\"name\":\"a\",\"type\":\"string\"}");
        String second = record("{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"x\",\"type\":\"int\",\"default\":0}");
        String third = record("{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"x\",\"type\":\"int\"}");
        register("s", first);
        register("s", second);

        put("/config/s", "{\"compatibility\":\"BACKWARD_TRANSITIVE\"}");
        Answer refused = post("/subjects/s/versions", schemaBody(third));
        put("/config/s", "{\"compatibility\":\"backward\"}");

        assertThat(refused.error()).isEqualTo("409 409");
        assertThat(refused.body().get("message").asText()).contains("\"s\"").contains("READER_FIELD_MISSING_DEFAULT");
        assertThat(register("s", third)).isEqualTo(3);
    }

    @Test
    void explainsAnIncompatibilityWhenAsked() {
        register("s", V1);

        JsonNode verbose = post("/compatibility/subjects/s/versions/latest?verbose=true", schemaBody(WITHOUT_DEFAULT))
                .body();

        assertThat(verbose.get("is_compatible").asBoolean()).isFalse();
        assertThat(verbose.get("messages").get(0).asText()).contains("READER_FIELD_MISSING_DEFAULT");
        assertThat(post("/compatibility/subjects/none/versions/latest", schemaBody(V1))
                        .error())
                .isEqualTo("404 40401");
        assertThat(post("/compatibility/subjects/none/versions", schemaBody(V1)).body())
                .hasToString("{\"is_compatible\":true}");
    }

    @Test
    void keepsALevelOfASubjectUntilItIsRemoved() {
        assertThat(get("/config")).hasToString("{\"compatibilityLevel\":\"BACKWARD\"}");
        assertThat(send("GET", "/config/s", "").error()).isEqualTo("404 40408");
        assertThat(get("/config/s?defaultToGlobal=true")).hasToString("{\"compatibilityLevel\":\"BACKWARD\"}");

        assertThat(put("/config/s", "{\"compatibility\":\"FULL\"}")).hasToString("{\"compatibility\":\"FULL\"}");
        assertThat(get("/config/s")).hasToString("{\"compatibilityLevel\":\"FULL\"}");

        assertThat(send("DELETE", "/config/s", "").body()).hasToString("{\"compatibilityLevel\":\"FULL\"}");
        assertThat(send("GET", "/config/s", "").error()).isEqualTo("404 40408");
    }

    @Test
    void deletedSchemasKeepTheirIdsAndNumbers() {
        register("s", V1);
        register("s", V2);

        assertThat(send("DELETE", "/subjects/s/versions/1", "").body()).hasToString("1");
        assertThat(get("/subjects/s/versions")).hasToString("[2]");
        assertThat(send("DELETE", "/subjects/s", "").body()).hasToString("[2]");
        assertThat(get("/subjects")).isEmpty();
        assertThat(get("/subjects?deleted=true")).hasToString("[\"s\"]");
        assertThat(get("/schemas/ids/1").get("schema").asText()).isEqualTo(V1);
        assertThat(send("DELETE", "/subjects/s?permanent=true", "").status()).isEqualTo(404);

        assertThat(register("s", V1)).isEqualTo(1);
        assertThat(get("/subjects/s/versions")).hasToString("[3]");
        assertThat(send("DELETE", "/subjects/s?permanent=true", "").error()).isEqualTo("422 42205");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "GET    | /subjects/none/versions           |                                            | 404 40401",
                "GET    | /subjects/s/versions/9            |                                            | 404 40402",
                "GET    | /subjects/s/versions/0            |                                            | 422 42202",
                "GET    | /subjects/s/versions/x            |                                            | 422 42202",
                "GET    | /schemas/ids/99                   |                                            | 404 40403",
                "GET    | /schemas/ids/x                    |                                            | 404 404",
                "GET    | /nowhere                          |                                            | 404 404",
                "PATCH  | /subjects                         |                                            | 405 405",
                "DELETE | /subjects/none                    |                                            | 404 40401",
                "POST   | /subjects/s/versions              | {\"schema\":\"{\"}                         | 422 42201",
                "POST   | /subjects/s/versions              | {}                                         | 422 42201",
                "POST   | /subjects/s/versions              | {\"schemaType\":\"JSON\",\"schema\":\"{}\"} | 422 42201",
                "POST   | /subjects/s/versions              | {\"schema\":\"\\\"int\\\"\",\"references\":[{\"name\":\"x\"}]} | 422 42205",
                "POST   | /subjects/s/versions              | not json                                   | 400 400",
                "POST   | /subjects/s/versions              | [1]                                        | 400 400",
                "PUT    | /config                           | {\"compatibility\":\"SIDEWAYS\"}           | 422 42203",
                "PUT    | /mode                             | {\"mode\":\"READONLY\"}                    | 422 42205",
            })
    void refusesWithTheCodesThatClientsKnow(String method, String path, String body, String error) {
        register("s", V1);

        assertThat(send(method, path, body == null ? "" : body).error()).isEqualTo(error);
    }

    @Test
    void refusesABodyWithoutEnd() {
        assertThat(post("/subjects/s/versions", " ".repeat(5 << 20)).error()).isEqualTo("413 413");
    }

    @Test
    void findsEverythingAgainInItsLog() {
        register("s", V1);
        register("s", V2);
        put("/config/s", "{\"compatibility\":\"FULL\"}");
        put("/config", "{\"compatibility\":\"NONE\"}");
        send("DELETE", "/subjects/s/versions/1", "");

        registry.close();
        registry = EmbeddedRegistry.start(log, 0);

        assertThat(get("/subjects/s/versions")).hasToString("[2]");
        assertThat(get("/config")).hasToString("{\"compatibilityLevel\":\"NONE\"}");
        assertThat(get("/config/s")).hasToString("{\"compatibilityLevel\":\"FULL\"}");
        assertThat(get("/schemas/ids/1").get("schema").asText()).isEqualTo(V1);
        assertThat(register("u", "\"long\"")).isEqualTo(3);
    }

    @Test
    void believesItsLogAfterAWriteOfUnknownOutcome() {
        log.loseAcknowledgement = true;
        assertThat(post("/subjects/s/versions", schemaBody(V1)).error()).isEqualTo("500 50001");

        assertThat(register("t", "\"long\"")).isEqualTo(2);
        assertThat(register("s", V1)).isEqualTo(1);
    }

    @Test
    void givesConcurrentWritersOneIdEach() {
        List<Integer> ids = IntStream.range(0, 40)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> register("s" + i % 20, schemaNumber(i % 20))))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        assertThat(ids.subList(0, 20)).isEqualTo(ids.subList(20, 40)).doesNotHaveDuplicates();
        assertThat(ids).allMatch(id -> id >= 1 && id <= 20);
    }

    private static String schemaNumber(int number) {
        return "{\"type\":\"fixed\",\"name\":\"F\",\"size\":" + (number + 1) + "}";
    }

    private static String record(String fields) {
        return "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields + "]}";
    }

    private int register(String subject, String schema) {
        Answer answer = post("/subjects/" + subject + "/versions", schemaBody(schema));
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        return answer.body().get("id").asInt();
    }

    private boolean compatible(String subject, String schema) {
        return post("/compatibility/subjects/" + subject + "/versions/latest", schemaBody(schema))
                .body()
                .get("is_compatible")
                .asBoolean();
    }

    private static String schemaBody(String schema) {
        return JSON.valueToTree(Map.of("schema", schema)).toString();
    }

    private JsonNode get(String path) {
        Answer answer = send("GET", path, "");
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        return answer.body();
    }

    private Answer post(String path, String body) {
        return send("POST", path, body);
    }

    private JsonNode put(String path, String body) {
        return send("PUT", path, body).body();
    }

    private Answer send(String method, String path, String body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(registry.url() + path))
                    .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                    .method(method, BodyPublishers.ofString(body))
                    .build();
            var response = http.send(request, BodyHandlers.ofString());
            return new Answer(response.statusCode(), JSON.readTree(response.body()));
        } catch (Exception e) {
            throw new AssertionError(method + " " + path, e);
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (Exception e) {
            throw new AssertionError(text, e);
        }
    }

    private record Answer(int status, JsonNode body) {
        String error() {
            return status + " " + body.path("error_code").asText();
        }
    }

    private static final class MemoryLog implements SchemaLog {
        private final List<Entry> entries = new ArrayList<>();
        private boolean loseAcknowledgement;

        @Override
        public void replay(Consumer<Entry> consumer) {
            Stream.of(entries.toArray(new Entry[0])).forEach(consumer);
        }

        @Override
        public void append(Entry entry) {
            entries.add(entry);
            if (loseAcknowledgement) {
                loseAcknowledgement = false;
                throw new IllegalStateException("timed out");
            }
        }

        @Override
        public void close() {}
    }
}
