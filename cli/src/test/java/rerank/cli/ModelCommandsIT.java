package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Run;
import rerank.trainer.evaluation.EvaluationReport;

/** The commands that use a model, with a tiny one of random weights: {@code demo}, {@code replay}, {@code eval}. */
class ModelCommandsIT {
    @TempDir
    static Path directory;

    private static Path checkpoint;
    private static Path data;

    @BeforeAll
    static void writeInputs() throws IOException {
        checkpoint = TestCheckpoint.write(directory.resolve("checkpoint"));
        data = SmallData.write(directory.resolve("data"), 6);
    }

    @Test
    void replaysADataSetThroughKafka() throws IOException {
        Path report = directory.resolve("replay.json");
        Path run = directory.resolve("replay.trec");

        Output output = Output.of(
                "replay",
                "--data",
                data.toString(),
                "--limit",
                "5",
                "--model",
                checkpoint.toString(),
                "--mode",
                "label",
                "--report",
                report.toString(),
                "--run-out",
                run.toString());

        assertThat(output.exitCode()).as(output.errors()).isZero();
        assertThat(output.text())
                .contains("data test: 5 queries, 40 pairs judged by random-1")
                .contains("first stage")
                .contains("reranked, label")
                .doesNotContain("partial");
        JsonNode figures = read(report);
        assertThat(figures.path("queries").intValue()).isEqualTo(5);
        assertThat(figures.path("pairs").intValue()).isEqualTo(5 * SmallData.CANDIDATES);
        assertThat(figures.path("mode").textValue()).isEqualTo("label");
        assertThat(figures.at("/firstStage/mrr10").doubleValue()).isCloseTo(0.2, within(1e-9));
        assertThat(figures.at("/latencyMillis/p50").doubleValue()).isPositive();
        assertThat(figures.path("pairsPerSecond").doubleValue()).isPositive();
        assertThat(ndcg10(run, 5)).isCloseTo(figures.at("/reranked/ndcg10").doubleValue(), within(1e-6));
    }

    @Test
    void ranksTheSameInProcessAsThroughKafka() throws IOException {
        Path throughKafka = directory.resolve("kafka.trec");
        Path inProcess = directory.resolve("process.trec");

        Output replay = Output.of(
                "replay",
                "--data",
                data.toString(),
                "--model",
                checkpoint.toString(),
                "--mode",
                "label",
                "--run-out",
                throughKafka.toString());
        Output eval = Output.of(
                "eval",
                "--data",
                data.toString(),
                "--model",
                checkpoint.toString(),
                "--mode",
                "label",
                "--run-out",
                inProcess.toString());

        assertThat(replay.exitCode()).as(replay.errors()).isZero();
        assertThat(eval.exitCode()).as(eval.errors()).isZero();
        Run expected = Run.read(inProcess);
        assertThat(expected.rankings()).hasSize(6);
        assertThat(expected.rankings().keySet())
                .allSatisfy(query -> assertThat(Run.read(throughKafka).docIds(query))
                        .containsExactlyElementsOf(expected.docIds(query)));
    }

    @Test
    void givesBackTheFirstStagesOrderWhenTheModelHasNoSay() {
        Path run = directory.resolve("first-stage.trec");

        Output output = Output.of(
                "replay",
                "--data",
                data.toString(),
                "--model",
                checkpoint.toString(),
                "--mode",
                "label",
                "--first-stage-weight",
                "1",
                "--run-out",
                run.toString());

        assertThat(output.exitCode()).as(output.errors()).isZero();
        Run firstStage = Dataset.read(data).firstStage();
        assertThat(firstStage.rankings().keySet())
                .allSatisfy(query ->
                        assertThat(Run.read(run).docIds(query)).containsExactlyElementsOf(firstStage.docIds(query)));
    }

    @Test
    void setsAllModesSideBySide() throws IOException {
        Path report = directory.resolve("eval.json");
        Path page = directory.resolve("pages/eval.html");

        Output output = Output.of(
                "eval",
                "--data",
                data.toString(),
                "--limit",
                "3",
                "--explain-limit",
                "2",
                "--model",
                checkpoint.toString(),
                "--report",
                report.toString(),
                "--html",
                page.toString());

        assertThat(output.exitCode()).as(output.errors()).isZero();
        assertThat(output.text().lines().map(String::strip))
                .anyMatch(line -> line.startsWith("explain"))
                .anyMatch(line -> line.startsWith("label"))
                .anyMatch(line -> line.startsWith("justify"));
        JsonNode figures = read(report);
        assertThat(figures.path("mode").textValue()).isEqualTo("justify");
        assertThat(figures.path("leftOut").fieldNames()).toIterable().containsExactly("listwise");
        assertThat(figures.at("/leftOut/listwise").textValue()).contains("does not judge in mode listwise");
        assertThat(figures.path("queries").intValue()).isEqualTo(3);
        assertThat(figures.at("/others/explain/pairsPerSecond").doubleValue()).isPositive();
        assertThat(figures.at("/others/explain/queries").intValue()).isEqualTo(2);
        assertThat(figures.at("/others/label/ndcg10").isNumber()).isTrue();
        assertThat(figures.at("/calibration/pairs").intValue()).isEqualTo(3 * SmallData.CANDIDATES);
        assertThat(figures.at("/modes/label/millisPerPair").doubleValue()).isPositive();
        assertThat(figures.at("/perQuery")).hasSize(3);
        assertThat(Files.readString(page)).startsWith("<!doctype html>").contains("--explain-limit 2");
    }

    @Test
    void aModeThatIsNamedRunsAlone() throws IOException {
        Path report = directory.resolve("label.json");

        Output output = Output.of(
                "eval",
                "--data",
                data.toString(),
                "--mode",
                "label",
                "--model",
                checkpoint.toString(),
                "--report",
                report.toString());

        assertThat(output.exitCode()).as(output.errors()).isZero();
        assertThat(read(report).path("modes").fieldNames()).toIterable().containsExactly("label");
        assertThat(read(report).path("others")).isEmpty();
    }

    @Test
    void namesTheSplitsThereAreWhenOneIsMissing() {
        Output output =
                Output.of("eval", "--data", data.toString(), "--split", "tset", "--model", checkpoint.toString());

        assertThat(output.exitCode()).isEqualTo(1);
        assertThat(output.errors()).contains("has no split 'tset'; it has [test]");
    }

    @Test
    void demonstratesWithExplanationsAndATable() throws IOException {
        Path report = directory.resolve("demo.json");

        Output output =
                Output.of("demo", "--queries", "3", "--model", checkpoint.toString(), "--report", report.toString());

        assertThat(output.exitCode()).as(output.errors()).isZero();
        assertThat(output.text().lines().filter(line -> line.startsWith("> "))).hasSize(3);
        assertThat(output.text()).contains("storefront test: 3 queries").contains("first stage");
        assertThat(read(report).path("command").textValue()).isEqualTo("demo");
    }

    @Test
    void saysWhatACheckpointIs() {
        Output output = Output.of("model", "check", checkpoint.toString());

        assertThat(output.exitCode()).as(output.errors()).isZero();
        assertThat(output.text()).contains("llama", "16 token types", "It loads; there is no golden.json");
    }

    @Test
    void ranksWithACrossEncoderInProcessAndThroughKafka() throws IOException {
        Path encoder = TestCheckpoint.writeCrossEncoder(directory.resolve("cross-encoder"));
        Path throughKafka = directory.resolve("encoder-kafka.trec");
        Path inProcess = directory.resolve("encoder-process.trec");
        Path report = directory.resolve("encoder.json");

        Output replay = Output.of(
                "replay",
                "--data",
                data.toString(),
                "--model",
                encoder.toString(),
                "--run-out",
                throughKafka.toString());
        Output eval = Output.of(
                "eval",
                "--data",
                data.toString(),
                "--model",
                encoder.toString(),
                "--run-out",
                inProcess.toString(),
                "--report",
                report.toString());

        assertThat(replay.exitCode()).as(replay.errors()).isZero();
        assertThat(replay.text()).contains("reranked, cross-encoder").doesNotContain("not judged");
        assertThat(eval.exitCode()).as(eval.errors()).isZero();
        assertThat(read(report).path("mode").textValue()).isEqualTo("cross-encoder");
        Run expected = Run.read(inProcess);
        assertThat(expected.rankings()).hasSize(6);
        assertThat(expected.rankings().keySet())
                .allSatisfy(query -> assertThat(Run.read(throughKafka).docIds(query))
                        .containsExactlyElementsOf(expected.docIds(query)));
    }

    @Test
    void putsListsInOrderAlikeOnTheTopicsAndInProcess() throws IOException {
        Path chat = TestCheckpoint.writeChat(directory.resolve("chat"));
        Path throughKafka = directory.resolve("lists-replay.trec");
        Path inProcess = directory.resolve("lists-eval.trec");
        Path report = directory.resolve("lists.json");

        Output replay = Output.of(
                "replay",
                "--data",
                data.toString(),
                "--model",
                chat.toString(),
                "--mode",
                "listwise",
                "--run-out",
                throughKafka.toString());
        Output eval = Output.of(
                "eval",
                "--data",
                data.toString(),
                "--model",
                chat.toString(),
                "--mode",
                "listwise",
                "--run-out",
                inProcess.toString(),
                "--report",
                report.toString());

        assertThat(replay.exitCode()).as(replay.errors()).isZero();
        assertThat(replay.text()).contains("reranked, listwise").doesNotContain("not judged");
        assertThat(eval.exitCode()).as(eval.errors()).isZero();
        assertThat(read(report).at("/modes/listwise/unjudged").longValue()).isZero();
        assertThat(read(report).has("calibration")).isFalse();
        Run expected = Run.read(inProcess);
        assertThat(expected.rankings()).hasSize(6);
        assertThat(expected.rankings().keySet())
                .allSatisfy(query -> assertThat(Run.read(throughKafka).docIds(query))
                        .containsExactlyElementsOf(expected.docIds(query)));
    }

    @Test
    void refusesAModeThatTheCheckpointDoesNotOffer() throws IOException {
        Path encoder = TestCheckpoint.writeCrossEncoder(directory.resolve("cross-encoder"));

        Output output =
                Output.of("eval", "--data", data.toString(), "--model", encoder.toString(), "--mode", "justify");

        assertThat(output.exitCode()).isEqualTo(1);
        assertThat(output.errors())
                .contains("checkpoint random-bert does not judge in mode justify, only in cross-encoder");
    }

    @Test
    void saysWhatACrossEncoderIs() throws IOException {
        Path encoder = TestCheckpoint.writeCrossEncoder(directory.resolve("cross-encoder"));

        Output output = Output.of("model", "check", encoder.toString());

        assertThat(output.exitCode()).as(output.errors()).isZero();
        assertThat(output.text())
                .contains("bert", "a head of 1 label", "It loads; there is no golden.json")
                .doesNotContain("being decoded");
    }

    private static double ndcg10(Path run, int queries) {
        Run read = Run.read(run);
        assertThat(read.rankings()).hasSize(queries);
        return EvaluationReport.of(
                        read,
                        Dataset.read(data).qrels("test").only(read.rankings().keySet()))
                .mean("ndcg10");
    }

    private static JsonNode read(Path report) throws IOException {
        return new ObjectMapper().readTree(Files.readString(report));
    }
}
