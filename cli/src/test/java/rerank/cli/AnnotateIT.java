package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Annotates against a {@link MisbehavingTeacher} in a process of its own, and kills the annotator's process with SIGKILL
 * again and again: what was answered is not asked for a second time, and what fails is counted and never becomes an example.
 */
class AnnotateIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "sk-that-nobody-may-see";
    private static final int CONCURRENCY = 8;
    private static final int KILLS = 3;

    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endProcesses() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    @Timeout(value = 240, unit = TimeUnit.SECONDS)
    void nothingAnsweredIsPaidForTwiceThoughTheAnnotatorIsKilledAgainAndAgain() throws Exception {
        Path config = config(startTeacher("calm"));

        for (int kill = 1; kill <= KILLS; kill++) {
            int before = answers().size();
            Process annotator = startAnnotator(config);
            while (answers().size() < before + 12) {
                assertThat(annotator.isAlive())
                        .as("annotator, before its kill: %s", log())
                        .isTrue();
                TimeUnit.MILLISECONDS.sleep(20);
            }
            annotator.destroyForcibly().waitFor();
            Set<String> kept = answers();
            int asked = received().size();
            // The next process begins where this one was killed.
            Process next = startAnnotator(config);
            while (received().size() < asked + CONCURRENCY && next.isAlive()) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            next.destroyForcibly().waitFor();
            assertThat(received().subList(asked, received().size())).doesNotContainAnyElementsOf(kept);
        }
        int code = startAnnotator(config).waitFor();

        assertThat(code).as(log()).isZero();
        List<String> answered = journal("answered");
        // What was on its way when the process died cannot be known to it: at most one answer a thread and kill.
        assertThat(answered.size() - new HashSet<>(answered).size()).isLessThanOrEqualTo(2 * KILLS * CONCURRENCY);
        assertThat(answers()).isEqualTo(new HashSet<>(answered));
        assertThat(examples()).hasSize(summaryCount("examples") + summaryCount("dev"));
    }

    @Test
    @Timeout(value = 240, unit = TimeUnit.SECONDS)
    void failuresAreCountedAndNeverBecomeExamples() throws Exception {
        Path config = config(startTeacher("wild"));

        int code = startAnnotator(config).waitFor();

        assertThat(code).as(log()).isEqualTo(3);
        Map<String, Long> mischiefs = lines(directory.resolve("journal")).stream()
                .filter(line -> line.startsWith("received"))
                .map(line -> List.of(line.split(" ")))
                .collect(Collectors.toMap(parts -> parts.get(1), parts -> parts.get(2), (one, other) -> one))
                .values()
                .stream()
                .collect(Collectors.groupingBy(mischief -> mischief, Collectors.counting()));
        assertThat(mischiefs.keySet())
                .as("the teacher's whole repertoire was met")
                .hasSize(MisbehavingTeacher.Mischief.values().length);
        Map<String, Long> reasons = dropped().stream()
                .filter(json -> json.path("by").asText().equals("teacher"))
                .collect(Collectors.groupingBy(json -> json.path("reason").asText(), Collectors.counting()));
        assertThat(reasons)
                .containsOnly(
                        Map.entry("HTTP 400", mischiefs.get("REJECT")),
                        Map.entry("unexpected answer", mischiefs.get("WRONG_SCHEMA")),
                        Map.entry("no label line", mischiefs.get("NO_LABEL")));
        // What is neither an example nor dropped would be lost, what is both would be a failure learned from.
        assertThat(examples().size() + dropped().size())
                .isEqualTo(summary().path("pairs").asInt());
        Set<String> failed = dropped().stream().map(AnnotateIT::pair).collect(Collectors.toSet());
        assertThat(examples().stream().map(AnnotateIT::pair)).doesNotContainAnyElementsOf(failed);
        assertThat(examples())
                .allSatisfy(example -> assertThat(example.path("explanation").asText())
                        .contains(example.path("label").asInt() == 0 ? "not relevant" : "relevant"));
        assertThat(summary().path("thisRun").path("requestsFailed").asLong()).isEqualTo(mischiefs.get("WRONG_SCHEMA"));
        assertThatNobodySeesTheKey();

        int asked = journal("answered").size();
        assertThat(startAnnotator(config).waitFor())
                .as("exit code where only what fails is left to ask: %s", log())
                .isEqualTo(3);
        assertThat(journal("answered")).as("answers, after a second run").hasSize(asked);
    }

    private void assertThatNobodySeesTheKey() throws IOException {
        assertThat(log()).doesNotContain(KEY);
        try (var files = Files.list(directory.resolve("annotated"))) {
            assertThat(files)
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(file).content().doesNotContain(KEY));
        }
    }

    private int startTeacher(String manners) throws IOException {
        Process process = start(
                MisbehavingTeacher.class,
                ProcessBuilder.Redirect.PIPE,
                directory.resolve("journal").toString(),
                manners,
                "40",
                "0");
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        return Integer.parseInt(out.readLine());
    }

    private Path config(int port) throws IOException {
        Path data = GardenData.write(directory.resolve("data"));
        return Files.writeString(directory.resolve("annotate.properties"), """
                data=%s
                out.dir=annotated
                chat.base.url=http://localhost:%d/v1
                chat.model=tester
                chat.api.key.env=TEACHER_KEY
                chat.concurrency=%d
                chat.timeout.ms=2000
                chat.max.tries=3
                chat.retry.first.wait.ms=50
                pairs.hard=6
                """.formatted(data, port, CONCURRENCY));
    }

    private Process startAnnotator(Path config) throws IOException {
        return start(
                RerankCommand.class,
                ProcessBuilder.Redirect.appendTo(
                        directory.resolve("annotator.log").toFile()),
                "annotate",
                "--config",
                config.toString());
    }

    private Process start(Class<?> main, ProcessBuilder.Redirect output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
        builder.environment().put("TEACHER_KEY", KEY);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("annotator.log"));
    }

    /** Digests of the requests whose answers are kept; a line that is being written is not one yet. */
    private Set<String> answers() throws IOException {
        Set<String> digests = new HashSet<>();
        for (String line : lines(directory.resolve("annotated/answers.jsonl"))) {
            digests.add(JSON.readTree(line).path("request").asText());
        }
        return digests;
    }

    private List<String> received() throws IOException {
        return journal("received");
    }

    private List<String> journal(String event) throws IOException {
        return lines(directory.resolve("journal")).stream()
                .filter(line -> line.startsWith(event))
                .map(line -> line.split(" ")[1])
                .toList();
    }

    private static List<String> lines(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        String text = Files.readString(file);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    private List<JsonNode> examples() throws IOException {
        List<JsonNode> examples = read("examples.jsonl");
        examples.addAll(read("dev.jsonl"));
        return examples;
    }

    private List<JsonNode> dropped() throws IOException {
        return read("dropped.jsonl");
    }

    private List<JsonNode> read(String name) throws IOException {
        List<JsonNode> objects = new ArrayList<>();
        for (String line : lines(directory.resolve("annotated").resolve(name))) {
            objects.add(JSON.readTree(line));
        }
        return objects;
    }

    private static String pair(JsonNode json) {
        return json.path("queryId").asText() + "/" + json.path("docId").asText();
    }

    private JsonNode summary() throws IOException {
        return JSON.readTree(directory.resolve("annotated/summary.json").toFile());
    }

    private int summaryCount(String part) throws IOException {
        int count = 0;
        for (JsonNode labels : summary().path(part)) {
            count += labels.asInt();
        }
        return count;
    }
}
