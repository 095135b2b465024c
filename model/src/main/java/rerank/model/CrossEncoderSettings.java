package rerank.model;

import java.nio.file.Path;
import rerank.model.encoder.EncoderConfig;
import rerank.model.ranking.Mode;

/**
 * How a cross-encoder is to be used for reranking: its {@code reranker.json}, or defaults for a checkpoint without one.
 *
 * @param modelVersion immutable name of the weights, in every result
 * @param firstStageWeight share of the first stage in the scores, in [0, 1]
 * @param maxPromptTokens bound on a pair with its special tokens; documents are cut to fit
 */
public record CrossEncoderSettings(String modelVersion, double firstStageWeight, int maxPromptTokens) {
    private static final int DEFAULT_PROMPT_TOKENS = 4096;

    public CrossEncoderSettings {
        if (modelVersion.isBlank()) {
            throw new IllegalArgumentException("modelVersion is blank");
        }
        RerankerSettings.requireShare(Mode.CROSS_ENCODER, firstStageWeight);
        RerankerSettings.requireAtLeastOne("maxPromptTokens", maxPromptTokens);
    }

    /**
     * Reads a checkpoint's settings; what the file does not say, or all of it where there is none, has defaults:
     * directory name and a digest of the weights as version, weight 0, and all of the model's positions up to 4096.
     *
     * @throws rerank.model.weights.CheckpointException naming the key that is unknown or wrong
     */
    public static CrossEncoderSettings read(Path checkpoint, EncoderConfig model) {
        return RerankerFile.read(checkpoint, model);
    }

    static int defaultPromptTokens(int maxPositions) {
        return Math.min(DEFAULT_PROMPT_TOKENS, maxPositions);
    }
}
