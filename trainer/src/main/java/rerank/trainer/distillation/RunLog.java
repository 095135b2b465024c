package rerank.trainer.distillation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The run's log: one JSON object a line, appended as it happens. An {@code event} is {@code step} (losses, learning
 * rate, gradient norm, tokens a second), {@code eval} (nDCG@10 or loss of a dev set), {@code labels} (how often each was
 * trained, occurs and is predicted), or {@code refine} (rewards and rates of a round). Owned by one thread.
 */
public final class RunLog {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    private RunLog(Path file) {
        this.file = file;
    }

    /** The log of a run's directory. */
    static RunLog of(Path directory) {
        return new RunLog(directory.resolve("log.jsonl"));
    }

    /** A new entry to be filled in and given to {@link #write}. */
    public static ObjectNode entry(String event, long step, double minutes) {
        ObjectNode entry = JSON.createObjectNode();
        entry.put("event", event);
        entry.put("step", step);
        entry.put("minutes", Math.round(minutes * 1000) / 1000.0);
        return entry;
    }

    /** Appends an entry. */
    public void write(ObjectNode entry) {
        try {
            Files.writeString(file, entry + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("training log " + file + ": cannot be written", e);
        }
    }

    /**
     * Drops what an interrupted process logged after the state it is resumed from.
     *
     * @param lastStep entries of later steps are dropped
     */
    public void keepUpTo(long lastStep) {
        List<JsonNode> kept = entries().stream()
                .filter(e -> e.path("step").asLong() <= lastStep)
                .toList();
        StringBuilder text = new StringBuilder();
        kept.forEach(entry -> text.append(entry).append('\n'));
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("training log " + file + ": cannot be written", e);
        }
    }

    /** All entries so far. */
    public List<JsonNode> entries() {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<JsonNode> entries = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                entries.add(JSON.readTree(line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("training log " + file + ": cannot be read", e);
        }
        return entries;
    }
}
