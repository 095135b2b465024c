package rerank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import rerank.model.transformer.TransformerConfig;
import rerank.model.transformer.TransformerTrainer;
import rerank.trainer.tokenizer.BytePairTrainer;

/** A tiny checkpoint with random weights and all the parts of a real one, for tests of what is around the model. */
final class TestCheckpoint {
    private static final List<String> SPECIAL_TOKENS = List.of(
            "<|pad|>",
            "<|end|>",
            "<|instruction|>",
            "<|query|>",
            "<|title|>",
            "<|text|>",
            "<|explain|>",
            "<|label|>",
            "<|0|>",
            "<|1|>",
            "<|2|>");

    private TestCheckpoint() {}

    /** Writes one into a directory and returns it. */
    static Path write(Path directory) throws IOException {
        Files.createDirectories(directory);
        BytePairTrainer tokens = new BytePairTrainer(300, SPECIAL_TOKENS);
        tokens.add("the quick brown fox jumps over the lazy dog", 1);
        var tokenizer = tokens.train((done, wanted) -> {});
        tokenizer.writeTo(directory, Map.of("pad_token", "<|pad|>", "eos_token", "<|end|>"));
        TransformerConfig config = new TransformerConfig(
                "llama", 1, 32, 2, 2, 16, 64, 300, 256, 10_000, null, 1e-6, true, false, false, 16);
        try (TransformerTrainer weights = TransformerTrainer.fresh(config, 1)) {
            weights.save(directory, false);
        }
        Files.writeString(directory.resolve("reranker.json"), """
                {"modelVersion": "random-1", "promptTemplate": "compact-v1", "defaultMode": "justify",
                 "firstStageWeight": {"explain": 0.5, "label": 0.5, "justify": 0.5},
                 "maxPromptTokens": 200, "maxExplanationTokens": 12}
                """);
        return directory;
    }
}
