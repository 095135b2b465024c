package rerank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import rerank.model.CheckpointJudge;
import rerank.model.generation.Scheduler;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;
import rerank.model.transformer.Device;
import rerank.model.transformer.Precision;

/** Which checkpoint judges, and how. */
public final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Checkpoint directory. Default: models/rerank-small of this project.")
    private @Nullable Path model;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "explain, label, justify, listwise or cross-encoder, as far as the checkpoint can. Default:"
                    + " what its card names.")
    private @Nullable String mode;

    @Option(
            names = "--explain-top",
            paramLabel = "N",
            description = "In mode justify, explain the first N of each ranking. Default: ${DEFAULT-VALUE}.")
    private int explainTop = 3;

    @Option(
            names = "--precision",
            paramLabel = "P",
            converter = PrecisionConverter.class,
            description = "float32, bfloat16 or int8. Default: float32.")
    private Precision precision = Precision.FLOAT32;

    /**
     * The checkpoint directory.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Path directory() {
        Path directory = model == null ? shipped() : model;
        if (!Files.isRegularFile(directory.resolve("config.json"))) {
            throw new IllegalArgumentException("no checkpoint in " + directory
                    + ": it has no config.json; name a Hugging Face model directory with --model");
        }
        return directory;
    }

    /**
     * Loads the checkpoint.
     *
     * @throws IllegalArgumentException if there is none, or it does not judge in the mode asked for
     */
    public PairJudge load() {
        PairJudge judge = CheckpointJudge.load(directory(), precision, Device.cpu(), Scheduler.Limits.DEFAULT);
        try {
            mode().ifPresent(judge.identity()::requireOffered);
            return judge;
        } catch (RuntimeException e) {
            judge.close();
            throw e;
        }
    }

    /** The checkpoint that comes with the project; the start script says where the project is. */
    public static Path shipped() {
        return Path.of(System.getProperty("rerank.home", "."), "models", "rerank-small");
    }

    /** The mode asked for; empty for the checkpoint's default. */
    public Optional<Mode> mode() {
        return Optional.ofNullable(mode).map(Mode::of);
    }

    /** In mode justify, how many of the top are explained. */
    public int explainTop() {
        return explainTop;
    }

    /** Reads a precision as it is written in configuration. */
    private static final class PrecisionConverter implements ITypeConverter<Precision> {
        @Override
        public Precision convert(String id) {
            return Precision.of(id);
        }
    }
}
