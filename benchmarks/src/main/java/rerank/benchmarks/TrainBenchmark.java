package rerank.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rerank.cli.console.Table;

/**
 * Training throughput and memory at the shipped size and at that of a model of half a billion weights (random ones),
 * beside what the library's own matrix product reaches at the same shapes in the same process.
 */
@Command(
        name = "train",
        description =
                "Training: tokens a second and peak memory, beside the machine's matrix product at the same shapes.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainBenchmark implements Callable<Integer> {
    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Seconds that each case is measured, after one step that is not. Default: ${DEFAULT-VALUE}.")
    private double seconds = 20;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            description = "Only cases whose name contains this, for example 'shipped' or '0.5B adapter'.")
    private String only = "";

    @Option(names = "--report", paramLabel = "FILE", description = "Write the figures as JSON.")
    private @Nullable Path report;

    @Override
    public Integer call() throws Exception {
        List<TrainProbe.Measured> rows = new ArrayList<>();
        for (TrainCase one : TrainCase.all()) {
            if (one.id().contains(only)) {
                System.err.println(one.id());
                rows.add(run(one));
            }
        }
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("no case is called '" + only + "' (--only); there are "
                    + TrainCase.all().stream().map(TrainCase::id).toList());
        }
        Table table = new Table(
                "training", "tokens/s", "GFLOP/s", "product GFLOP/s", "fraction", "peak GiB", "trained M", "others");
        for (TrainProbe.Measured row : rows) {
            table.row(
                    row.id(),
                    row.tokensPerSecond(),
                    row.operationsPerSecond() / 1e9,
                    row.matrixOperationsPerSecond() / 1e9,
                    row.fraction(),
                    row.peakRssBytes() / (double) (1L << 30),
                    row.trained() / 1e6,
                    row.othersCores());
        }
        System.out.print(table);
        System.out.printf(
                Locale.ROOT,
                "%d processors; 'others' are those that other processes used meanwhile. GFLOP/s counts what a step cannot"
                        + " do without, activations computed again not.%n",
                Runtime.getRuntime().availableProcessors());
        if (report != null) {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("command", "bench train");
            figures.put("processors", Runtime.getRuntime().availableProcessors());
            figures.put("cases", rows);
            Files.writeString(
                    report,
                    new ObjectMapper()
                                    .enable(SerializationFeature.INDENT_OUTPUT)
                                    .writeValueAsString(figures)
                            + "\n");
        }
        return 0;
    }

    private TrainProbe.Measured run(TrainCase one) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process probe = new ProcessBuilder(
                        java,
                        "-XX:+UseSerialGC",
                        "-Xmx512m",
                        "-Dai.djl.offline=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TrainProbe.class.getName(),
                        one.id(),
                        Double.toString(seconds))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(probe::destroy));
        String last = "";
        try (var lines = new BufferedReader(new InputStreamReader(probe.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
            }
        }
        int exit = probe.waitFor();
        if (exit != 0) {
            throw new IllegalStateException("case '" + one.id() + "' ended with " + exit
                    + (exit == 137 ? "; was there too little memory?" : "; the lines above say why"));
        }
        return new ObjectMapper().readValue(last, TrainProbe.Measured.class);
    }
}
