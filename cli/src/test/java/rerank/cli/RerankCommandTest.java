package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class RerankCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void listsEveryCommandOnALineOfItsOwn() {
        assertThat(run("--help")).isZero();

        CommandLine commandLine = RerankCommand.commandLine();
        assertThat(commandLine.getSubcommands().keySet())
                .contains("demo", "replay", "eval", "worker", "topics", "tail", "train", "model");
        assertThat(commandLine.getSubcommands().keySet())
                .allSatisfy(name -> assertThat(out.toString().lines())
                        .filteredOn(line -> line.startsWith("  " + name + " "))
                        .hasSize(1)
                        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(110)));
    }

    @Test
    void saysInALineWhatIsWrongWithTheCommandLine() {
        assertThat(run("replay", "--data")).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(2);
        assertThat(err.toString()).startsWith("rerank replay: ").contains("See 'rerank replay --help'");
    }

    @Test
    void saysInALineWhyACommandFailed() {
        assertThat(run("replay", "--data", "/nowhere/at/all")).isEqualTo(1);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).startsWith("rerank replay: /nowhere/at/all");
    }

    @Test
    void printsTheStackTraceWhenAskedTo() {
        assertThat(run("replay", "--debug", "--data", "/nowhere/at/all")).isEqualTo(1);
        assertThat(err.toString()).contains("\tat rerank.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"topics create", "replay --data storefront"})
    void saysThatNoBrokerAnswers(String command) throws IOException {
        Path config = Files.writeString(
                directory.resolve("worker.properties"),
                "bootstrap.servers=localhost:1\nschema.registry.url=mock://none\n");

        assertThat(run((command + " --config " + config).split(" ", -1))).isEqualTo(1);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).contains("no broker answers at localhost:1");
    }

    @Test
    void namesAllMistakesOfAConfigurationAtOnce() throws IOException {
        Path config = Files.writeString(
                directory.resolve("worker.properties"),
                "bootstrap.servers=localhost:9092\nrerank.topics.partitions=0\nrerank.topic.prefix=x\n");

        assertThat(run("worker", "--config", config.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("rerank.topics.partitions")
                .contains("rerank.topic.prefix")
                .contains("schema.registry.url");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "feedback --config FILE --query q1 --click",
                "feedback --config FILE --query q1 --doc d1",
                "feedback --config FILE --query q1 --doc d1 --click --save",
                "feedback --config FILE --file clicks.jsonl --click",
                "feedback --query q1 --doc d1 --click"
            })
    void refusesHalfAnAction(String command) {
        assertThat(run(command.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).startsWith("rerank feedback: ").contains("See 'rerank feedback --help'");
    }

    @Test
    void namesTheVersion() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).contains("rerank-streams 0.").contains("Java ");
    }

    private int run(String... args) {
        return RerankCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
