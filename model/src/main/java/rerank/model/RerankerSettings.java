package rerank.model;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import rerank.model.prompt.PromptTemplate;
import rerank.model.ranking.Mode;
import rerank.model.transformer.TransformerConfig;

/**
 * How a language model is to be used for reranking: its {@code reranker.json}, or defaults for a checkpoint without one.
 *
 * @param modelVersion immutable name of the weights, in every result
 * @param promptTemplate id of the template that the checkpoint was trained with
 * @param defaultMode the mode used when a query names none; one that the template has prompts for
 * @param firstStageWeights share of the first stage in the scores of each mode, in [0, 1]
 * @param maxPromptTokens bound on a prompt; documents are cut to fit
 * @param maxExplanationTokens bound on an explanation
 */
public record RerankerSettings(
        String modelVersion,
        String promptTemplate,
        Mode defaultMode,
        Map<Mode, Double> firstStageWeights,
        int maxPromptTokens,
        int maxExplanationTokens) {
    /** The file's name in a checkpoint directory. */
    public static final String FILE = "reranker.json";

    private static final int DEFAULT_PROMPT_TOKENS = 4096;
    private static final int DEFAULT_EXPLANATION_TOKENS = 512;

    /** Positions kept for the label phrase and the label where limits come from the model's positions. */
    private static final int LABEL_POSITIONS = 16;

    public RerankerSettings {
        if (modelVersion.isBlank()) {
            throw new IllegalArgumentException("modelVersion is blank");
        }
        requireTemplate(promptTemplate);
        requireAtLeastOne("maxPromptTokens", maxPromptTokens);
        requireAtLeastOne("maxExplanationTokens", maxExplanationTokens);
        Set<Mode> modes = PromptTemplate.load(promptTemplate).modes();
        if (!modes.contains(defaultMode)) {
            throw new IllegalArgumentException("defaultMode " + defaultMode.id() + " is not offered by promptTemplate "
                    + promptTemplate + ", which has "
                    + modes.stream().map(Mode::id).sorted().toList());
        }
        Map<Mode, Double> weights = new EnumMap<>(Mode.class);
        for (Mode mode : modes) {
            double weight = firstStageWeights.getOrDefault(mode, 0.0);
            requireShare(mode, weight);
            weights.put(mode, weight);
        }
        firstStageWeights = Map.copyOf(weights);
    }

    /**
     * Reads a checkpoint's settings; what the file does not say, or all of it where there is none, has defaults:
     * directory name and a digest of the weights as version, {@code interank-chat-v1}, explain (or label, where the
     * template knows labels alone), weights 0, and limits that fit the model's positions.
     *
     * @throws rerank.model.weights.CheckpointException naming the key that is unknown or wrong
     */
    public static RerankerSettings read(Path checkpoint, TransformerConfig model) {
        return RerankerFile.read(checkpoint, model);
    }

    /** The modes that the checkpoint offers: those that its template has prompts for. */
    public Set<Mode> modes() {
        return firstStageWeights.keySet();
    }

    /**
     * Tokens of the longest sequence: a prompt, and where explanations are written one of them and its label. A model with
     * fewer positions cuts it.
     */
    public int longestSequence() {
        return modes().contains(Mode.EXPLAIN)
                ? maxPromptTokens + maxExplanationTokens + LABEL_POSITIONS
                : maxPromptTokens;
    }

    /** Writes {@code reranker.json} into a checkpoint directory. */
    public void writeTo(Path checkpoint) {
        RerankerFile.write(this, checkpoint);
    }

    /** Interpolation weight of the first stage in a mode. */
    public double firstStageWeight(Mode mode) {
        return firstStageWeights.getOrDefault(mode, 0.0);
    }

    static int defaultExplanationTokens(int maxPositions) {
        return Math.max(1, Math.min(DEFAULT_EXPLANATION_TOKENS, maxPositions / 4));
    }

    static int defaultPromptTokens(int maxPositions, int maxExplanationTokens) {
        return Math.max(1, Math.min(DEFAULT_PROMPT_TOKENS, maxPositions - maxExplanationTokens - LABEL_POSITIONS));
    }

    static void requireTemplate(String id) {
        if (!PromptTemplate.BUILT_IN.contains(id)) {
            throw new IllegalArgumentException(
                    "promptTemplate '" + id + "' is unknown; known are " + PromptTemplate.BUILT_IN);
        }
    }

    static void requireShare(Mode mode, double weight) {
        if (!(weight >= 0 && weight <= 1)) {
            throw new IllegalArgumentException("firstStageWeight." + mode.id() + " must be in [0, 1], was " + weight);
        }
    }

    static void requireAtLeastOne(String key, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(key + " must be at least 1, was " + value);
        }
    }
}
