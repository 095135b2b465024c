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
 * rate, gradient norm, tokens a second), {@code eval} (nDCG@10 of a dev set) or {@code start}. Owned by one thread.
 */
final class RunLog {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    RunLog(Path file) {
        this.file = file;
    }

    /** A new entry to be filled in and given to {@link #write}. */
    static ObjectNode entry(String event, long step, double minutes) {
        ObjectNode entry = JSON.createObjectNode();
        entry.put("event", event);
        entry.put("step", step);
        entry.put("minutes", Math.round(minutes * 1000) / 1000.0);
        return entry;
    }

    /** Appends an entry. */
    void write(ObjectNode entry) {
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
    void keepUpTo(long lastStep) {
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
    List<JsonNode> entries() {
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
