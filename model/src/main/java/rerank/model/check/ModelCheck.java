package rerank.model.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Device;
import rerank.model.transformer.Precision;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.TransformerConfig;
import rerank.model.weights.CheckpointException;

/**
 * Loads a checkpoint, says what it is, and compares it with its reference where the directory holds one:
 * {@code golden.json} (token ids to numbers), {@code golden_text.json} (text to numbers) and {@code config_v5.json} (the
 * same config as transformers 5 writes it). It is how a user trusts a conversion.
 */
public final class ModelCheck {
    private ModelCheck() {}

    /**
     * Checks a checkpoint directory.
     *
     * @param precision of the arithmetic; the tolerances follow it
     * @throws CheckpointException if it cannot be loaded
     */
    public static ModelReport run(Path checkpoint, Precision precision) {
        ModelSummary summary = ModelSummary.of(checkpoint, precision);
        Tolerances tolerances = Tolerances.of(precision);
        List<CheckedCase> cases = new ArrayList<>();
        try (Transformer plain = Transformer.loadPlain(checkpoint, precision);
                Transformer transformer = Transformer.load(checkpoint, precision, Device.cpu())) {
            Path otherConfig = checkpoint.resolve("config_v5.json");
            if (Files.exists(otherConfig)) {
                boolean same = TransformerConfig.read(otherConfig).equals(summary.config());
                cases.add(new CheckedCase("config_v5.json reads the same", same ? 0 : 1, 0));
            }
            Path golden = checkpoint.resolve("golden.json");
            if (Files.exists(golden)) {
                cases.addAll(compare(plain, transformer, golden, tolerances));
            }
            Path texts = checkpoint.resolve("golden_text.json");
            if (Files.exists(texts)) {
                try (Tokenizer tokenizer = Tokenizer.load(checkpoint)) {
                    cases.addAll(new GoldenTexts(plain, tokenizer, tolerances).compare(Golden.read(texts)));
                }
            }
        }
        return new ModelReport(summary, cases);
    }

    private static List<CheckedCase> compare(
            Transformer plain, Transformer transformer, Path file, Tolerances tolerances) {
        JsonNode golden = Golden.read(file);
        List<CheckedCase> cases = new ArrayList<>(new GoldenForward(plain, transformer, tolerances).compare(golden));
        cases.addAll(new GoldenDecoding(transformer, tolerances).compare(golden));
        if (cases.isEmpty()) {
            throw new CheckpointException(
                    file + " holds nothing to compare: no cases, greedy, logprobs or rerank_yes_no");
        }
        return cases;
    }
}
