package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.transformer.NativeThreads;
import rerank.trainer.dataset.DatasetWriter;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.storefront.StorefrontConfig;

/** Refines the shipped checkpoint by the grades of a {@link MisbehavingTeacher} in a process of its own. */
class ChatJudgeIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private Process judge;

    @AfterEach
    void endJudge() throws InterruptedException {
        judge.destroyForcibly().waitFor();
    }

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void gradesAreRewardsEachIsPaidForOnceAndWhatHasNoneIsLeftOut() throws Exception {
        int port = startJudge();

        Output first = refine(port, 2);

        assertThat(first.exitCode()).as(first.errors()).isZero();
        assertThat(first.text())
                .containsPattern("judge: \\d+ grades paid for, \\d+ kept from before, [1-9]\\d* answers without");
        List<String> answered = answered();
        assertThat(answered).isNotEmpty().doesNotHaveDuplicates();
        assertThat(kept()).containsExactlyInAnyOrderElementsOf(new HashSet<>(answered));
        List<JsonNode> rounds = events("refine");
        assertThat(rounds)
                .isNotEmpty()
                .allSatisfy(round -> assertThat(round.path("reward").asDouble()).isBetween(0.0, 10.0));
        assertThat(rounds.stream()
                        .mapToLong(round -> round.path("answers").asLong())
                        .sum())
                .as("answers that were graded")
                .isLessThan(rounds.stream()
                                .mapToLong(round -> round.path("drawn").asLong())
                                .max()
                                .orElse(0)
                        * 3);

        Output again = refine(port, 3);

        assertThat(again.exitCode()).as(again.errors()).isZero();
        assertThat(answered()).as("nothing is asked again").doesNotHaveDuplicates();
    }

    private Output refine(int port, int steps) throws IOException {
        Path shop = directory.resolve("shop");
        if (!Files.exists(shop)) {
            Storefront storefront = Storefront.generate(new StorefrontConfig(1, 600, 60, 4, 4, 12));
            DatasetWriter.write(storefront.dataset(), shop, "bm25");
        }
        Path recipe = Files.writeString(directory.resolve("refine.properties"), """
                task=refine
                data=shop=1
                out.dir=run
                init.checkpoint=%s
                refine.samples=3
                refine.round.pairs=8
                refine.threshold=0.5
                group.size=6
                draws.per.step=1
                learning.rate=1e-4
                warmup.steps=1
                max.steps=%d
                eval.every.steps=1
                eval.queries=2
                eval.candidates=4
                max.answer.tokens=24
                threads=1
                native.threads=%d
                chat.base.url=http://localhost:%d/v1
                chat.model=tester
                chat.timeout.ms=2000
                chat.max.tries=3
                chat.retry.first.wait.ms=50
                chat.price.input.per.million=1
                """.formatted(
                        Path.of("..", "models", "rerank-small").toAbsolutePath().normalize(),
                        steps,
                        NativeThreads.count(),
                        port));
        return Output.of("train", "--config", recipe.toString());
    }

    private int startJudge() throws IOException {
        judge = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MisbehavingTeacher.class.getName(),
                        directory.resolve("journal").toString(),
                        "wild",
                        "5",
                        "0")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return Integer.parseInt(judge.inputReader(StandardCharsets.UTF_8).readLine());
    }

    private List<String> answered() throws IOException {
        return Files.readAllLines(directory.resolve("journal")).stream()
                .filter(line -> line.startsWith("answered"))
                .map(line -> line.split(" ")[1])
                .toList();
    }

    private List<String> kept() throws IOException {
        return Files.readAllLines(directory.resolve("run/grades.jsonl")).stream()
                .map(line -> read(line).path("request").asText())
                .toList();
    }

    private List<JsonNode> events(String event) throws IOException {
        return Files.readAllLines(directory.resolve("run/log.jsonl")).stream()
                .map(ChatJudgeIT::read)
                .filter(entry -> entry.path("event").asText().equals(event))
                .toList();
    }

    private static JsonNode read(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new IllegalStateException(line, e);
        }
    }
}
