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
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import rerank.model.RerankerSettings;
import rerank.model.phrasing.Phrasing;
import rerank.model.transformer.TransformerTrainer;

/**
 * What a run leaves on disk.
 *
 * <pre>
 * log.jsonl       losses and evaluations as they happen
 * loss.png        the same as a picture
 * labels.png      how often each label is trained, occurs on dev, and is predicted there
 * run.properties  the keys that the run was started with
 * state.bin       weights and optimizer state, to go on from
 * progress.json   step, minutes and best dev figure of that state
 * last/           checkpoint directory of the newest state
 * best/           checkpoint directory of the best on dev
 * </pre>
 */
public final class RunDirectory {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** File of the keys that a run was started with. */
    static final String KEYS = "run.properties";

    private static final List<String> TOKENIZER_FILES = List.of("tokenizer.json", "tokenizer_config.json");

    private final Path directory;
    private final Path tokenizer;
    private final @Nullable RerankerSettings settings;
    private final @Nullable Phrasing phrasing;
    private final boolean bf16;

    /**
     * Where a run is: what {@code state.bin} belongs to.
     *
     * @param best dev figure so far, more is better; negative infinity without one
     * @param evaluationsSinceBest in a row that were not better
     */
    public record Progress(long step, double minutes, double best, int evaluationsSinceBest) {
        static final Progress START = new Progress(0, 0, Double.NEGATIVE_INFINITY, 0);
    }

    /**
     * Opens or makes the directory.
     *
     * @param tokenizer directory whose tokenizer files go into every checkpoint
     * @param settings how checkpoints are used for reranking; null for what is no reranker
     * @param phrasing what explanations of checkpoints are bound to; null leaves them free
     */
    public RunDirectory(
            Path directory,
            Path tokenizer,
            @Nullable RerankerSettings settings,
            @Nullable Phrasing phrasing,
            boolean bf16) {
        this.directory = directory;
        this.tokenizer = tokenizer;
        this.settings = settings;
        this.phrasing = phrasing;
        this.bf16 = bf16;
        make(directory);
        prepare(last());
    }

    /** Directory of the newest checkpoint; its tokenizer and settings are there from the beginning. */
    public Path last() {
        return directory.resolve("last");
    }

    /** Directory of the best checkpoint. */
    public Path best() {
        return directory.resolve("best");
    }

    public RunLog log() {
        return RunLog.of(directory);
    }

    /** Notes the keys that a run is started with, for {@link RunComparison}. */
    public void note(Map<String, String> keys) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(keys)
                .forEach((key, value) -> text.append(key)
                        .append('=')
                        .append(value.replace("\\", "\\\\"))
                        .append('\n'));
        try {
            Files.writeString(directory.resolve(KEYS), text);
        } catch (IOException e) {
            throw new UncheckedIOException("training run " + directory + ": cannot be written", e);
        }
    }

    /** Restores the state of an interrupted run, if there is one. */
    public Progress restore(TransformerTrainer trainer) {
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
                    json.path("best").isNumber() ? json.path("best").asDouble() : Double.NEGATIVE_INFINITY,
                    json.path("evaluationsSinceBest").asInt());
        } catch (IOException e) {
            throw new UncheckedIOException("training run " + directory + ": progress.json cannot be read", e);
        }
    }

    /** Writes state, checkpoint and curve. */
    public void save(TransformerTrainer trainer, Progress progress, boolean isBest) {
        // The state's name changes with the step, so that progress.json always names a whole one.
        String state = "state-" + progress.step() + ".bin";
        trainer.saveState(directory.resolve(state));
        ObjectNode json = JSON.createObjectNode()
                .put("state", state)
                .put("step", progress.step())
                .put("minutes", progress.minutes())
                .put("evaluationsSinceBest", progress.evaluationsSinceBest());
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
        export(trainer, last());
        if (isBest) {
            export(trainer, best());
        }
        LossCurve.write(log().entries(), directory.resolve("loss.png"));
        LabelHistogram.write(log().entries(), directory.resolve("labels.png"));
    }

    private void export(TransformerTrainer trainer, Path checkpoint) {
        prepare(checkpoint);
        trainer.save(checkpoint, bf16);
    }

    /** Puts in place what belongs to a checkpoint beside its weights. */
    private void prepare(Path checkpoint) {
        make(checkpoint);
        try {
            for (String file : TOKENIZER_FILES) {
                if (Files.exists(tokenizer.resolve(file))) {
                    Files.copy(tokenizer.resolve(file), checkpoint.resolve(file), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Files.deleteIfExists(checkpoint.resolve(Phrasing.FILE));
        } catch (IOException e) {
            throw new UncheckedIOException("checkpoint " + checkpoint + ": cannot be written", e);
        }
        if (settings != null) {
            settings.writeTo(checkpoint);
        }
        if (phrasing != null) {
            phrasing.writeTo(checkpoint);
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
