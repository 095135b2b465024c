package rerank.trainer.distillation;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Runs side by side, from what they left in their directories.
 *
 * @param runs in the order asked for
 */
public record RunComparison(List<Run> runs) {
    /**
     * One run.
     *
     * @param directory where it is
     * @param keys that it was started with
     * @param steps so far
     * @param minutes of training so far, by wall clock
     * @param tokens trained so far, padding not counted
     * @param tokensPerSecond median over the log's entries; NaN without any
     * @param losses of the log's last entry by name
     * @param best best figure of each dev set with the step it was reached at; of losses the lowest
     */
    public record Run(
            Path directory,
            Map<String, String> keys,
            long steps,
            double minutes,
            long tokens,
            double tokensPerSecond,
            Map<String, Double> losses,
            Map<String, Best> best) {}

    /** The best figure of a dev set. */
    public record Best(double value, long step) {}

    public RunComparison {
        runs = List.copyOf(runs);
    }

    /**
     * Reads the runs' directories.
     *
     * @throws IllegalArgumentException if one is not that of a run
     */
    public static RunComparison of(List<Path> directories) {
        return new RunComparison(directories.stream().map(RunComparison::read).toList());
    }

    /** The keys that are not the same in all runs, without those that name them; with each run's value, or none. */
    public Map<String, List<String>> differences() {
        var names = new TreeSet<String>();
        runs.forEach(run -> names.addAll(run.keys().keySet()));
        names.remove("out.dir");
        Map<String, List<String>> differences = new TreeMap<>();
        for (String name : names) {
            List<String> values =
                    runs.stream().map(run -> run.keys().getOrDefault(name, "")).toList();
            if (values.stream().distinct().count() > 1) {
                differences.put(name, values);
            }
        }
        return differences;
    }

    private static Run read(Path directory) {
        List<JsonNode> log = RunLog.of(directory).entries();
        if (log.isEmpty()) {
            throw new IllegalArgumentException(directory + " is no directory of a run: it has no log.jsonl, or an empty"
                    + " one; name the out.dir of a run");
        }
        List<Double> speeds = new ArrayList<>();
        Map<String, Double> losses = new LinkedHashMap<>();
        Map<String, Best> best = new LinkedHashMap<>();
        long tokens = 0;
        for (JsonNode entry : log) {
            if (entry.path("event").asText().equals("step")) {
                tokens += entry.path("tokens").asLong();
                speeds.add(entry.path("tokensPerSecond").asDouble());
                for (String loss : List.of("nextToken", "label", "listwise")) {
                    losses.put(loss, entry.path(loss).asDouble());
                }
            } else if (entry.path("event").asText().equals("eval")) {
                boolean isLoss = entry.has("loss");
                double value = entry.path(isLoss ? "loss" : "ndcg10").asDouble();
                var found = new Best(value, entry.path("step").asLong());
                best.merge(
                        entry.path("data").asText() + (isLoss ? " loss" : " nDCG@10"),
                        found,
                        (a, b) -> (isLoss ? b.value() < a.value() : b.value() > a.value()) ? b : a);
            }
        }
        speeds.sort(null);
        JsonNode last = log.get(log.size() - 1);
        return new Run(
                directory,
                keys(directory.resolve(RunDirectory.KEYS)),
                last.path("step").asLong(),
                last.path("minutes").asDouble(),
                tokens,
                speeds.isEmpty() ? Double.NaN : speeds.get(speeds.size() / 2),
                losses,
                best);
    }

    private static Map<String, String> keys(Path file) {
        var properties = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException e) {
                throw new UncheckedIOException("run's keys " + file + ": cannot be read", e);
            }
        }
        Map<String, String> keys = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> keys.put(name, properties.getProperty(name)));
        return keys;
    }
}
