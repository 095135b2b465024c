package rerank.trainer.distillation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rerank.model.transformer.TransformerTrainer;

/**
 * What a run leaves on disk.
 *
 * <pre>
 * log.jsonl       losses and evaluations as they happen
 * loss.png        the same as a picture
 * state.bin       weights and optimizer state, to go on from
 * progress.json   step, minutes and best dev figure of that state
 * last/           checkpoint directory of the newest state
 * best/           checkpoint directory of the best on dev
 * </pre>
 */
final class RunDirectory {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> TOKENIZER_FILES = List.of("tokenizer.json", "tokenizer_config.json");

    private final Path directory;
    private final Path tokenizer;
    private final @Nullable JsonNode reranker;
    private final boolean bf16;

    /** Where a run is: what {@code state.bin} belongs to. */
    record Progress(long step, double minutes, double best) {
        static final Progress START = new Progress(0, 0, Double.NEGATIVE_INFINITY);
    }

    /**
     * Opens or makes the directory.
     *
     * @param tokenizer directory whose tokenizer files go into every checkpoint
     * @param reranker content of {@code reranker.json}; null for none
     */
    RunDirectory(Path directory, Path tokenizer, @Nullable JsonNode reranker, boolean bf16) {
        this.directory = directory;
        this.tokenizer = tokenizer;
        this.reranker = reranker;
        this.bf16 = bf16;
        make(directory);
    }

    RunLog log() {
        return new RunLog(directory.resolve("log.jsonl"));
    }

    /** Restores the state of an interrupted run, if there is one. */
    Progress restore(TransformerTrainer trainer) {
        Path progress = directory.resolve("progress.json");
        if (!Files.exists(progress)) {
            return Progress.START;
        }
        try {
            JsonNode json = JSON.readTree(progress.toFile());
            trainer.restore(directory.resolve(json.path("state").asText()));
            return new Progress(
                    json.path("step").asLong(),
                    json.path("minutes").asDouble(),
                    json.path("best").isNumber() ? json.path("best").asDouble() : Double.NEGATIVE_INFINITY);
        } catch (IOException e) {
            throw new UncheckedIOException("training run " + directory + ": progress.json cannot be read", e);
        }
    }

    /** Writes state, checkpoint and curve. */
    void save(TransformerTrainer trainer, Progress progress, boolean isBest) {
        // The state's name changes with the step, so that progress.json always names a whole one.
        String state = "state-" + progress.step() + ".bin";
        trainer.saveState(directory.resolve(state));
        ObjectNode json = JSON.createObjectNode()
                .put("state", state)
                .put("step", progress.step())
                .put("minutes", progress.minutes());
        if (Double.isFinite(progress.best())) {
            json.put("best", progress.best());
        }
        try {
            Path part = directory.resolve("progress.json.part");
            Files.writeString(part, json.toPrettyString());
            Files.move(part, directory.resolve("progress.json"), StandardCopyOption.REPLACE_EXISTING);
            try (var states = Files.newDirectoryStream(directory, "state-*.bin")) {
                for (Path old : states) {
                    if (!old.getFileName().toString().equals(state)) {
                        Files.delete(old);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("training run " + directory + ": cannot be written", e);
        }
        export(trainer, directory.resolve("last"));
        if (isBest) {
            export(trainer, directory.resolve("best"));
        }
        LossCurve.write(log().entries(), directory.resolve("loss.png"));
    }

    private void export(TransformerTrainer trainer, Path checkpoint) {
        make(checkpoint);
        trainer.save(checkpoint, bf16);
        try {
            for (String file : TOKENIZER_FILES) {
                if (Files.exists(tokenizer.resolve(file))) {
                    Files.copy(tokenizer.resolve(file), checkpoint.resolve(file), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            if (reranker != null) {
                Files.writeString(checkpoint.resolve("reranker.json"), reranker.toPrettyString() + "\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("checkpoint " + checkpoint + ": cannot be written", e);
        }
    }

    private static void make(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("directory " + directory + ": cannot be made", e);
        }
    }
}
