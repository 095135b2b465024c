package rerank.model.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import rerank.model.encoder.Encoder;
import rerank.model.encoder.EncoderConfig;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Device;
import rerank.model.transformer.Precision;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.TransformerConfig;
import rerank.model.weights.CheckpointException;
import rerank.model.weights.ConfigJson;

/**
 * Loads a checkpoint, says what it is, and compares it with its reference where the directory holds one:
 * {@code golden.json} (token ids to numbers), {@code golden_text.json} (text to numbers) and {@code config_v5.json} (the
 * same config as transformers 5 writes it). It is how a user trusts a conversion.
 */
public final class ModelCheck {
    private static final String GOLDEN = "golden.json";
    private static final String GOLDEN_TEXTS = "golden_text.json";
    private static final String OTHER_CONFIG = "config_v5.json";

    private ModelCheck() {}

    /**
     * Checks a checkpoint directory.
     *
     * @param precision of the arithmetic; the tolerances follow it
     * @throws CheckpointException if it cannot be loaded
     */
    public static ModelReport run(Path checkpoint, Precision precision) {
        return EncoderConfig.describes(ConfigJson.read(checkpoint.resolve(ConfigJson.FILE)))
                ? encoder(checkpoint, precision)
                : languageModel(checkpoint, precision);
    }

    private static ModelReport languageModel(Path checkpoint, Precision precision) {
        TransformerConfig config = TransformerConfig.read(checkpoint.resolve(ConfigJson.FILE));
        ModelSummary summary = ModelSummary.of(checkpoint, config, precision);
        Tolerances tolerances = Tolerances.of(precision);
        List<CheckedCase> cases = new ArrayList<>();
        try (Transformer plain = Transformer.loadPlain(checkpoint, precision);
                Transformer transformer = Transformer.load(checkpoint, precision, Device.cpu())) {
            Path otherConfig = checkpoint.resolve(OTHER_CONFIG);
            if (Files.exists(otherConfig)) {
                cases.add(sameConfig(TransformerConfig.read(otherConfig).equals(config)));
            }
            Path golden = checkpoint.resolve(GOLDEN);
            if (Files.exists(golden)) {
                cases.addAll(compare(plain, transformer, golden, tolerances));
            }
            Path texts = checkpoint.resolve(GOLDEN_TEXTS);
            if (Files.exists(texts)) {
                try (Tokenizer tokenizer = Tokenizer.load(checkpoint)) {
                    cases.addAll(new GoldenTexts(plain, tokenizer, tolerances).compare(Golden.read(texts)));
                }
            }
        }
        return new ModelReport(summary, cases);
    }

    private static ModelReport encoder(Path checkpoint, Precision precision) {
        EncoderConfig config = EncoderConfig.read(checkpoint.resolve(ConfigJson.FILE));
        ModelSummary summary = ModelSummary.of(checkpoint, config, precision);
        List<CheckedCase> cases = new ArrayList<>();
        try (Encoder encoder = Encoder.load(checkpoint, precision)) {
            GoldenClassifier reference = new GoldenClassifier(encoder, precision);
            Path otherConfig = checkpoint.resolve(OTHER_CONFIG);
            if (Files.exists(otherConfig)) {
                cases.add(sameConfig(EncoderConfig.read(otherConfig).equals(config)));
            }
            Path golden = checkpoint.resolve(GOLDEN);
            if (Files.exists(golden)) {
                cases.addAll(requireSome(reference.compare(Golden.read(golden)), golden, "no cases"));
            }
            Path texts = checkpoint.resolve(GOLDEN_TEXTS);
            if (Files.exists(texts)) {
                try (Tokenizer tokenizer = Tokenizer.load(checkpoint)) {
                    cases.addAll(reference.compareTexts(Golden.read(texts), tokenizer));
                }
            }
        }
        return new ModelReport(summary, cases);
    }

    private static CheckedCase sameConfig(boolean same) {
        return new CheckedCase(OTHER_CONFIG + " reads the same", same ? 0 : 1, 0);
    }

    private static List<CheckedCase> requireSome(List<CheckedCase> cases, Path file, String looked) {
        if (cases.isEmpty()) {
            throw new CheckpointException(file + " holds nothing to compare: " + looked);
        }
        return cases;
    }

    private static List<CheckedCase> compare(
            Transformer plain, Transformer transformer, Path file, Tolerances tolerances) {
        JsonNode golden = Golden.read(file);
        List<CheckedCase> cases = new ArrayList<>(new GoldenForward(plain, transformer, tolerances).compare(golden));
        cases.addAll(new GoldenDecoding(transformer, tolerances).compare(golden));
        return requireSome(cases, file, "no cases, greedy, logprobs or rerank_yes_no");
    }
}
