package rerank.trainer.learning;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rerank.model.RerankerSettings;
import rerank.model.adapter.AdapterConfig;
import rerank.model.adapter.AdapterMerge;
import rerank.model.phrasing.Phrasing;
import rerank.model.transformer.TransformerTrainer;

/** Writes a candidate as a whole checkpoint directory: weights, tokenizer, phrasing, and settings that name its version. */
final class CheckpointFiles {
    private static final List<String> BESIDE_WEIGHTS =
            List.of("tokenizer.json", "tokenizer_config.json", "generation_config.json", Phrasing.FILE);

    private CheckpointFiles() {}

    /**
     * Writes the trained weights; of an adapter, the parent's with the adapter in them.
     *
     * @param parent the checkpoint that was trained from
     * @param out replaced if it is there
     */
    static void write(
            TransformerTrainer trainer,
            @Nullable AdapterConfig adapter,
            Path parent,
            RerankerSettings settings,
            Path out) {
        try {
            delete(out);
            Files.createDirectories(out);
            if (adapter == null) {
                trainer.save(out, false);
            } else {
                Path part = out.resolveSibling(out.getFileName() + "-adapter");
                delete(part);
                Files.createDirectories(part);
                trainer.save(part, false);
                AdapterMerge.merge(parent, part, out);
                delete(part);
            }
            for (String file : BESIDE_WEIGHTS) {
                if (Files.exists(parent.resolve(file))) {
                    Files.copy(parent.resolve(file), out.resolve(file), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            settings.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("candidate " + out + ": cannot be written", e);
        }
    }

    /** The same settings under the name of another version. */
    static RerankerSettings named(RerankerSettings settings, String version) {
        return new RerankerSettings(
                version,
                settings.promptTemplate(),
                settings.defaultMode(),
                settings.firstStageWeights(),
                settings.maxPromptTokens(),
                settings.maxExplanationTokens());
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
