package rerank.model.transformer;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rerank.model.weights.ConfigJson;

/**
 * The shape of a decoder-only transformer: what {@code config.json} says, checked.
 *
 * @param family qwen2, qwen3 or llama (the {@code model_type})
 * @param layers number of blocks
 * @param hiddenSize model width C
 * @param heads attention heads H
 * @param keyValueHeads heads of keys and values; divides heads
 * @param headSize head size D; even
 * @param feedForwardSize inner width of the gated feed-forward
 * @param vocabularySize rows V of the embedding
 * @param maxPositions longest sequence
 * @param ropeTheta base of the rotary embedding
 * @param ropeScaling Llama 3 frequency scaling, or null
 * @param normEpsilon epsilon of RMS norm
 * @param tiedEmbeddings the output head is the embedding
 * @param attentionBias q, k and v projections have biases
 * @param queryKeyNorm RMS norm on each head of q and k (Qwen3)
 * @param tokenTypes rows of the token-type table ({@code rerank_token_types} in config.json); 0 for none
 */
public record TransformerConfig(
        String family,
        int layers,
        int hiddenSize,
        int heads,
        int keyValueHeads,
        int headSize,
        int feedForwardSize,
        int vocabularySize,
        int maxPositions,
        double ropeTheta,
        @Nullable RopeScaling ropeScaling,
        double normEpsilon,
        boolean tiedEmbeddings,
        boolean attentionBias,
        boolean queryKeyNorm,
        int tokenTypes) {
    public TransformerConfig {
        requirePositive("num_hidden_layers", layers);
        requirePositive("hidden_size", hiddenSize);
        requirePositive("num_attention_heads", heads);
        requirePositive("num_key_value_heads", keyValueHeads);
        requirePositive("head_dim", headSize);
        requirePositive("intermediate_size", feedForwardSize);
        requirePositive("vocab_size", vocabularySize);
        requirePositive("max_position_embeddings", maxPositions);
        if (heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "num_attention_heads=" + heads + " is not a multiple of num_key_value_heads=" + keyValueHeads);
        }
        if (headSize % 2 != 0) {
            throw new IllegalArgumentException("head_dim=" + headSize + " is odd; rotary embedding pairs its halves");
        }
        if (!(ropeTheta > 0) || !(normEpsilon > 0)) {
            throw new IllegalArgumentException(
                    "rope_theta=" + ropeTheta + " and rms_norm_eps=" + normEpsilon + " must be positive");
        }
        if (tokenTypes < 0) {
            throw new IllegalArgumentException("rerank_token_types must not be negative, was " + tokenTypes);
        }
    }

    /** Llama 3's scaling of rotary frequencies ({@code rope_type} "llama3"). */
    public record RopeScaling(
            double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalMaxPositions) {}

    /**
     * Reads a Hugging Face {@code config.json}, in the spelling of transformers 4 or 5.
     *
     * @throws rerank.model.weights.CheckpointException if it is absent, malformed, or asks for what is not supported,
     *     naming the key and its value
     */
    public static TransformerConfig read(Path configFile) {
        return ConfigFile.read(configFile);
    }

    /** Whether a config file is of one of the families here. */
    public static boolean describes(ConfigJson config) {
        return ConfigFile.FAMILIES.contains(config.modelType());
    }

    /** The values of {@code model_type} that are read here, for messages. */
    public static String families() {
        return String.join(", ", ConfigFile.FAMILIES);
    }

    /** Number of trained numbers. */
    public long parameters() {
        return WeightLayout.of(this).stream()
                .mapToLong(WeightLayout.Slot::elements)
                .sum();
    }

    /** Numbers in the matrices that a token is multiplied with, the output head among them. */
    public long matrixParameters() {
        List<WeightLayout.Slot> slots = WeightLayout.of(this);
        long layer = 0;
        for (int matrix : PackedMatrices.MATRICES) {
            layer += slots.get(WeightLayout.BEFORE_LAYERS + matrix).elements();
        }
        return layers * layer + (long) vocabularySize * hiddenSize;
    }

    /** Bytes of keys and values that each token of a sequence holds while it is decoded. */
    public long cacheBytesPerToken(Precision precision) {
        return 2L * layers * keyValueHeads * headSize * precision.activationBytes();
    }

    /** Rotary frequencies [D / 2], Llama 3's scaling applied. */
    float[] inverseFrequencies() {
        float[] frequencies = new float[headSize / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double frequency = Math.pow(ropeTheta, -2.0 * i / headSize);
            frequencies[i] = (float) (ropeScaling == null ? frequency : scaled(frequency, ropeScaling));
        }
        return frequencies;
    }

    /** Slows low frequencies by the factor, keeps high ones, and blends between. */
    private static double scaled(double frequency, RopeScaling scaling) {
        double turns = scaling.originalMaxPositions() * frequency / (2 * Math.PI);
        double slow = frequency / scaling.factor();
        if (turns < scaling.lowFrequencyFactor()) {
            return slow;
        }
        if (turns > scaling.highFrequencyFactor()) {
            return frequency;
        }
        double smooth =
                (turns - scaling.lowFrequencyFactor()) / (scaling.highFrequencyFactor() - scaling.lowFrequencyFactor());
        return (1 - smooth) * slow + smooth * frequency;
    }

    private static void requirePositive(String key, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(key + " must be at least 1, was " + value);
        }
    }
}
