package rerank.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.ranking.BatchJudge;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.schemas.QueryEvent;
import rerank.schemas.RegistrySerde;
import rerank.topology.worker.Worker;
import rerank.topology.worker.WorkerConfig;

/**
 * Confluent's JavaScript registry client and KafkaJS ask the worker: whoever speaks Avro in the Confluent wire format can
 * use it. Needs Node and npm; runs in the Maven profile {@code javascript}.
 */
@Tag("javascript")
@Timeout(300)
class JavaScriptClientIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SCRIPT = Path.of("src/test/js").toAbsolutePath();
    private static final Path INSTALLED = Path.of("target/js").toAbsolutePath();
    private static final Path SCHEMAS = Path.of("../schemas/src/main/avro").toAbsolutePath();

    @TempDir
    Path directory;

    @BeforeAll
    static void installTheClients() throws Exception {
        Files.createDirectories(INSTALLED);
        for (String file : List.of("package.json", "rerank-client.js")) {
            Files.copy(SCRIPT.resolve(file), INSTALLED.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        run("", "npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts");
    }

    @Test
    void aClientOfAnotherLanguageGetsItsRanking() throws Exception {
        String request = JSON.writeValueAsString(Map.of(
                "query",
                        Map.of(
                                "queryId",
                                "js-1",
                                "text",
                                "quiet keyboards",
                                "mode",
                                "explain",
                                "tags",
                                Map.of("shop", "eu")),
                "candidates",
                        List.of(
                                Map.of("docId", "loud", "text", "A loud typewriter", "firstStageScore", 9.5),
                                Map.of("docId", "quiet", "title", "Für Büros", "text", "quiet keyboards 静か"),
                                Map.of("docId", "half", "text", "quiet fans", "firstStageScore", 3.0))));

        JsonNode answer;
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory.resolve("cluster"));
                Worker worker = Worker.start(workerConfig(cluster), new WordMatch())) {
            assertThat(worker.isRunning()).isTrue();

            answer = JSON.readTree(run(
                    request,
                    "node",
                    "rerank-client.js",
                    cluster.bootstrapServers(),
                    cluster.registryUrl(),
                    SCHEMAS.toString()));

            assertThat(schemaIdOfOurSerializer(cluster))
                    .as("the schema file that the client registered is ours to the registry")
                    .isEqualTo(answer.at("/ids/rerank.queries").asInt());
        }

        JsonNode ranking = answer.get("ranking");
        assertThat(ranking.get("queryId").asText()).isEqualTo("js-1");
        assertThat(ranking.get("status").asText()).as(ranking.toString()).isEqualTo("COMPLETE");
        assertThat(ranking.get("modelVersion").asText()).isEqualTo("word-match");
        assertThat(ranking.get("items"))
                .extracting(item -> item.get("docId").asText())
                .containsExactly("quiet", "half", "loud");
        JsonNode first = ranking.at("/items/0");
        assertThat(first.get("title").asText()).isEqualTo("Für Büros");
        assertThat(first.get("explanation").asText()).isEqualTo("2 of 2 words match in quiet keyboards 静か");
        assertThat(first.get("label").asInt()).isEqualTo(2);
        assertThat(answer.get("subjects")).extracting(JsonNode::asText).contains("rerank.ranked-results-value");
    }

    private WorkerConfig workerConfig(EmbeddedCluster cluster) {
        return WorkerConfig.of(Map.of(
                "bootstrap.servers", cluster.bootstrapServers(),
                "schema.registry.url", cluster.registryUrl(),
                "state.dir", directory.resolve("state").toString(),
                "rerank.topics.create", "true"));
    }

    private static int schemaIdOfOurSerializer(EmbeddedCluster cluster) {
        try (RegistrySerde<QueryEvent> serde = new RegistrySerde<>(QueryEvent.class)) {
            serde.configure(
                    Map.of("schema.registry.url", cluster.registryUrl(), "auto.register.schemas", false), false);
            QueryEvent query =
                    QueryEvent.newBuilder().setQueryId("q").setText("t").build();
            return ByteBuffer.wrap(serde.serializer().serialize("rerank.queries", query))
                    .getInt(1);
        }
    }

    /** Runs a command where the clients are installed and returns what it prints. */
    private static String run(String input, String... command) throws Exception {
        Path stdin = Files.writeString(INSTALLED.resolve("stdin.json"), input);
        Path stdout = INSTALLED.resolve(command[0] + ".out");
        Path stderr = INSTALLED.resolve(command[0] + ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(INSTALLED.toFile())
                .redirectInput(stdin.toFile())
                .redirectOutput(stdout.toFile())
                .redirectError(stderr.toFile());
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new IllegalStateException(
                    command[0] + " cannot be started: install Node 18 or newer with npm, or leave out -Pjavascript", e);
        }
        boolean ended = process.waitFor(240, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended && process.exitValue() == 0)
                .as(
                        "%s: %s%n%s%n%s",
                        Arrays.toString(command),
                        ended ? "exit code " + process.exitValue() : "no end after 240 s",
                        Files.readString(stdout),
                        Files.readString(stderr))
                .isTrue();
        return Files.readString(stdout);
    }

    /** Labels by how many of the query's words are in the text; enough to see that it was asked. */
    private static final class WordMatch extends BatchJudge {
        WordMatch() {
            super(32);
        }

        @Override
        protected List<Judgment> judgeTogether(List<Pair> pairs) {
            List<Judgment> judgments = new ArrayList<>();
            for (Pair pair : pairs) {
                List<String> words = List.of(pair.query().text().split(" "));
                String text = pair.candidate().text();
                long found = words.stream().filter(text::contains).count();
                judgments.add(new Judgment.Judged(
                        new LabelDistribution(found == 0 ? 1 : 0, found == 1 ? 1 : 0, found == 2 ? 1 : 0),
                        found + " of " + words.size() + " words match in " + text));
            }
            return judgments;
        }

        @Override
        public Identity identity() {
            return new Identity("word-match", "none", Mode.EXPLAIN, Map.of());
        }

        @Override
        public void close() {}
    }
}
