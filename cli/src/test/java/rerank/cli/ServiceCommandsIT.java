package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.cli.embedded.EmbeddedCluster;
import rerank.topology.worker.Worker;
import rerank.topology.worker.WorkerConfig;

/** The commands for a Kafka of one's own, in the order in which one uses them. */
class ServiceCommandsIT {
    @TempDir
    Path directory;

    @Test
    void makesTopicsServesThemReplaysToThemAndShowsTheRankingsAndWhatUsersDid() throws Exception {
        Path data = SmallData.write(directory.resolve("data"), 6);
        Path report = directory.resolve("report.json");
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory.resolve("cluster"))) {
            String config = Files.writeString(directory.resolve("worker.properties"), """
                            bootstrap.servers=%s
                            schema.registry.url=%s
                            state.dir=%s
                            rerank.topics.partitions=2
                            rerank.feedback.window.ms=20000
                            """.formatted(
                                    cluster.bootstrapServers(),
                                    cluster.registryUrl(),
                                    directory.resolve("state").toString().replace("\\", "/")))
                    .toString();

            Output created = Output.of("topics", "create", "--config", config);
            Output again = Output.of("topics", "create", "--config", config);
            Output replayed;
            Output shown;
            Output acted;
            Output experienced;
            try (Worker worker = Worker.start(WorkerConfig.load(Path.of(config)), new SlowJudge(1))) {
                assertThat(worker.isRunning()).isTrue();
                replayed = Output.of(
                        "replay",
                        "--data",
                        data.toString(),
                        "--config",
                        config,
                        "--mode",
                        "justify",
                        "--report",
                        report.toString());
                shown = Output.of("tail", "--config", config, "--from-beginning", "--limit", "6", "--top", "2");
                acted = Output.of(
                        "feedback",
                        "--config",
                        config,
                        "--query",
                        idOfTheFirstQueryIn(shown.text()),
                        "--doc",
                        "q0-d0",
                        "--dwell",
                        "4");
                experienced = Output.of("tail", "--config", config, "--experience", "--from-beginning", "--limit", "6");
            }

            assertThat(created.exitCode()).as(created.errors()).isZero();
            assertThat(created.text()).contains("created  rerank.queries, 2 partitions");
            assertThat(again.text()).contains("exists   rerank.queries").doesNotContain("created");
            assertThat(replayed.exitCode()).as(replayed.errors()).isZero();
            JsonNode figures = new ObjectMapper().readTree(report.toFile());
            assertThat(figures.path("modelVersion").textValue()).isEqualTo("slow-judge");
            assertThat(figures.path("pairs").intValue()).isEqualTo(6 * SmallData.CANDIDATES);
            assertThat(shown.exitCode()).as(shown.errors()).isZero();
            assertThat(shown.text().lines().filter(line -> line.startsWith("> ")))
                    .hasSize(6);
            assertThat(shown.text())
                    .contains("which fox jumps over dog")
                    .contains("It is q")
                    .contains("justify");
            assertThat(acted.exitCode()).as(acted.errors()).isZero();
            assertThat(acted.text()).contains("dwell 4.0 on ").contains("1 event sent to rerank.feedback");
            assertThat(experienced.exitCode()).as(experienced.errors()).isZero();
            assertThat(experienced.text().lines().filter(line -> line.startsWith("> ")))
                    .hasSize(6);
            assertThat(experienced.text()).contains("shown by slow-judge").containsOnlyOnce("dwell 4.0 s");
        }
    }

    /** Replay gives the queries of a data set ids of their own, which end in those of the data set. */
    private static String idOfTheFirstQueryIn(String shown) {
        return Pattern.compile("\\[(\\S*q0)]")
                .matcher(shown)
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError(shown))
                .group(1);
    }
}
