package rerank.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir
    Path directory;

    @Test
    void writesTheDocumentedKeys() throws IOException {
        Report report = new Report(
                "replay",
                "cranfield test",
                45,
                2250,
                "label",
                "tiny-1",
                new Report.Quality(0.388, 0.6, 0.3, 0.72),
                new Report.Quality(0.4, 0.61, 0.31, 0.72),
                Map.of(),
                new LatencyMillis(12.5, 80),
                150.5,
                15,
                1L << 30);

        report.write(directory.resolve("new/report.json"));

        JsonNode json =
                new ObjectMapper().readTree(directory.resolve("new/report.json").toFile());
        assertThat(json.at("/firstStage/ndcg10").doubleValue()).isEqualTo(0.388);
        assertThat(json.at("/reranked/mrr10").doubleValue()).isEqualTo(0.61);
        assertThat(json.at("/reranked/map").doubleValue()).isEqualTo(0.31);
        assertThat(json.at("/reranked/recall").doubleValue()).isEqualTo(0.72);
        assertThat(json.at("/latencyMillis/p50").doubleValue()).isEqualTo(12.5);
        assertThat(json.at("/latencyMillis/p99").doubleValue()).isEqualTo(80);
        assertThat(List.of("queries", "pairs", "mode", "modelVersion", "pairsPerSecond", "wallSeconds", "peakRssBytes"))
                .allSatisfy(key -> assertThat(json.has(key)).isTrue());
    }

    @Test
    void takesPercentilesByNearestRank() {
        List<Long> hundred =
                LongStream.rangeClosed(1, 100).mapToObj(i -> i * 1_000_000).toList();

        LatencyMillis latency = LatencyMillis.ofNanos(hundred);

        assertThat(latency).isEqualTo(new LatencyMillis(50, 99));
        assertThat(LatencyMillis.ofNanos(List.of(7_000_000L))).isEqualTo(new LatencyMillis(7, 7));
        assertThat(LatencyMillis.ofNanos(List.of())).isEqualTo(new LatencyMillis(0, 0));
    }

    @Test
    void readsThePeakOfThisProcessWhereTheSystemTellsIt() throws IOException {
        Path status = Files.writeString(directory.resolve("status"), "Name:\tjava\nVmHWM:\t  2048 kB\nVmRSS:\t 1 kB\n");

        assertThat(PeakMemory.rssBytes(status)).isEqualTo(2048 * 1024);
        assertThat(PeakMemory.rssBytes(directory.resolve("absent"))).isZero();
    }

    @Test
    void namesTheProcessorAsLinuxDoes() throws IOException {
        Path cpuInfo = Files.writeString(directory.resolve("cpuinfo"), "processor\t: 0\nmodel name\t: Abacus 9\n");

        assertThat(Machine.processor(cpuInfo)).isEqualTo("Abacus 9");
        assertThat(Machine.processor(directory.resolve("missing"))).isEqualTo(System.getProperty("os.arch"));
    }
}
