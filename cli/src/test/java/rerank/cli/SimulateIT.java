package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.trainer.dataset.DatasetWriter;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.storefront.StorefrontConfig;
import rerank.trainer.storefront.StorefrontConfig.Customers;

/** The loop of learning through all its real parts, in small: users, broker, worker, learner, gate, hot swap. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class SimulateIT {
    @TempDir
    Path directory;

    private final ObjectMapper json = new ObjectMapper();
    private Path shifted;
    private Path usual;
    private Path checkpoint;

    @BeforeEach
    void writeData() throws Exception {
        shifted = write("shifted", Customers.SHIFTED);
        usual = write("usual", Customers.USUAL);
        checkpoint = Path.of("..", "models", "rerank-small").toAbsolutePath().normalize();
    }

    @Test
    void theStandardExperimentGoesThroughAndSaysWhatCameOfIt() throws Exception {
        Path report = directory.resolve("report.json");
        Path plot = directory.resolve("plot.svg");

        Output output = simulate("--short", "--report", report.toString(), "--plot", plot.toString());

        assertThat(output.exitCode()).as(output.errors()).isZero();
        JsonNode figures = json.readTree(report.toFile());
        for (String key : List.of(
                "/noisy/startNdcg10",
                "/noisy/endNdcg10",
                "/noisy/trueGradesNdcg10",
                "/adversarial/startNdcg10",
                "/adversarial/lowestServedNdcg10")) {
            assertThat(figures.at(key).asDouble(-1)).as(key).isBetween(0.0, 1.0);
        }
        JsonNode versions = figures.path("versions");
        assertThat(versions.path("published").asInt() + versions.path("refused").asInt())
                .as(output.text())
                .isGreaterThanOrEqualTo(2);
        assertThat(figures.path("courses")
                        .path(0)
                        .path("points")
                        .path(1)
                        .path("sessions")
                        .asInt())
                .isGreaterThan(24);
        assertThat(Files.readString(plot)).startsWith("<svg").contains("noisy users", "true grades");
        assertThat(output.text()).contains("noisy, 48 sessions").contains("adversarial, ");
    }

    @Test
    void aStudyDoesNotRepeatWhatItHasDone() throws Exception {
        Path runs = directory.resolve("runs");
        Path plot = directory.resolve("study.svg");
        String[] study = {
            "study", "--short", "--arms", "frozen", "--seeds", "1", "--out", runs.toString(), "--plot", plot.toString()
        };

        Output first = simulate(study);
        assertThat(first.exitCode()).as(first.errors()).isZero();
        byte[] course = Files.readAllBytes(runs.resolve("frozen-1.json"));
        Output second = simulate(study);

        assertThat(second.exitCode()).as(second.errors()).isZero();
        assertThat(second.errors()).doesNotContain("frozen, seed 1").doesNotContain("true grades, seed 1");
        assertThat(Files.readAllBytes(runs.resolve("frozen-1.json"))).isEqualTo(course);
        JsonNode frozen = json.readTree(course);
        assertThat(frozen.path("points"))
                .allSatisfy(point -> assertThat(point.path("servedNdcg10").asDouble())
                        .isEqualTo(frozen.path("startNdcg10").asDouble()));
        assertThat(Files.readString(plot)).contains("frozen");
    }

    private Output simulate(String... options) {
        List<String> arguments = new ArrayList<>(List.of("simulate"));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of(
                "--data",
                shifted.toString(),
                "--replay",
                usual.toString(),
                "--checkpoint",
                checkpoint.toString(),
                "--sessions",
                "48",
                "--cycle-sessions",
                "24",
                "--depth",
                "6",
                "--unseen",
                "8"));
        return Output.of(arguments.toArray(String[]::new));
    }

    private Path write(String name, Customers customers) {
        Path data = directory.resolve(name);
        DatasetWriter.write(
                Storefront.generate(new StorefrontConfig(1, 600, 60, 20, 20, 12, customers))
                        .dataset(),
                data,
                "bm25");
        return data;
    }
}
