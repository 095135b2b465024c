package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;
import rerank.trainer.loop.CycleReport;
import rerank.trainer.loop.Outcome;

class RefineCommandTest {
    @ParameterizedTest
    @CsvSource({"90s,90", "10m,600", "2h,7200"})
    void readsHowOften(String text, long seconds) {
        assertThat(new RefineCommand.Interval().convert(text)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "0m", "ten minutes", "-1s"})
    void refusesWhatIsNoTime(String text) {
        assertThatThrownBy(() -> new RefineCommand.Interval().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("write 90s, 10m or 2h");
    }

    @Test
    void aBadConfigurationIsToldAtOnceAndWhole(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("learn.properties"), """
                bootstrap.servers=localhost:9
                canary.share=2
                clicks.kap=3
                """);

        Output output = Output.of("refine", "--config", file.toString());

        assertThat(output.exitCode()).isEqualTo(1);
        assertThat(output.errors())
                .contains("canary.share")
                .contains("unknown key clicks.kap")
                .contains("checkpoint.store")
                .contains("base.checkpoint")
                .endsWith(System.lineSeparator());
        assertThat(output.errors().lines()).hasSize(1);
    }

    @Test
    void theTableSaysWhatWasLearnedAndDecided() {
        CycleReport report = new CycleReport(
                3,
                400,
                Outcome.REFUSED,
                "small-r0002",
                Map.of(
                        "propensity.1", 1.0,
                        "propensity.2", 0.48,
                        "propensity.2.low", 0.4,
                        "propensity.2.high", 0.6,
                        "loss.list.first", 3.0,
                        "loss.list.last", 2.5,
                        "goldenNdcg10", 0.41,
                        "goldenNdcg10Before", 0.45),
                "refused: golden nDCG@10 0.4100 after 0.4500");

        String table = CycleTable.of(report);

        assertThat(table)
                .contains("cycle 3", "refused small-r0002", "400 new", "2: 0.48 (0.40 to 0.60)", "list 3.000 to 2.500")
                .contains("nDCG@10 0.4500 to 0.4100")
                .contains("reason");
    }
}
