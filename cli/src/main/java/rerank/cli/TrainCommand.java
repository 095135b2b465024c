package rerank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rerank.trainer.distillation.TrainConfig;
import rerank.trainer.distillation.Training;

/** {@code rerank train}: from data to a checkpoint directory. */
@Command(
        name = "train",
        description = "Train a checkpoint on data sets with a teacher, on plain text, or on prompts with responses.",
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The run's properties; every key is in docs/configuration.md. A run whose directory holds a"
                    + " saved state goes on from there.")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("no such file: " + file + " (--config)");
        }
        Training.Outcome outcome =
                new Training(TrainConfig.read(file), System.err, Boolean.getBoolean("rerank.terminal")).run();
        System.out.printf(
                Locale.ROOT,
                "%d steps in %.1f minutes; best checkpoint: %s%s%n",
                outcome.steps(),
                outcome.minutes(),
                outcome.checkpoint(),
                Double.isFinite(outcome.best())
                        ? String.format(Locale.ROOT, ", mean nDCG@10 on dev %.4f", outcome.best())
                        : "");
        return 0;
    }
}
