package rerank.model.encoder;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rerank.model.transformer.WeightLayout;
import rerank.model.weights.ConfigJson;

/**
 * The shape of a cross-encoder: what {@code config.json} says, checked.
 *
 * @param family bert, electra or modernbert (the {@code model_type})
 * @param layers number of blocks
 * @param hiddenSize model width C
 * @param heads attention heads H; divides the width
 * @param feedForwardSize inner width of the feed-forward
 * @param embeddingSize width E of the embeddings; where it is not C, they are projected
 * @param vocabularySize rows V of the embedding
 * @param maxPositions longest pair, special tokens included
 * @param tokenTypes rows of the token-type table; 0 for a family without one
 * @param normEpsilon epsilon of the layer norms
 * @param labels numbers that the head gives for a pair
 * @param modernBert what only ModernBERT has; null for the other families
 */
public record EncoderConfig(
        String family,
        int layers,
        int hiddenSize,
        int heads,
        int feedForwardSize,
        int embeddingSize,
        int vocabularySize,
        int maxPositions,
        int tokenTypes,
        double normEpsilon,
        int labels,
        @Nullable ModernBert modernBert) {
    public EncoderConfig {
        if (hiddenSize % heads != 0) {
            throw new IllegalArgumentException(
                    "hidden_size=" + hiddenSize + " is not a multiple of num_attention_heads=" + heads);
        }
        if (!(normEpsilon > 0)) {
            throw new IllegalArgumentException("epsilon of the layer norms must be positive, was " + normEpsilon);
        }
        if (modernBert != null && modernBert.looksEverywhere().size() != layers) {
            throw new IllegalArgumentException("layer_types has "
                    + modernBert.looksEverywhere().size() + " entries for num_hidden_layers=" + layers);
        }
        if (modernBert != null && hiddenSize / heads % 2 != 0) {
            throw new IllegalArgumentException("hidden_size=" + hiddenSize + " over num_attention_heads=" + heads
                    + " is an odd head size; rotary embedding pairs its halves");
        }
    }

    /**
     * What only ModernBERT has.
     *
     * @param looksEverywhere for each layer whether its positions look at the whole row or only nearby
     * @param reach how many tokens to each side nearby is
     * @param theta base of the rotary embedding in layers that look everywhere
     * @param nearbyTheta the same in the others
     * @param mean the head takes the mean over a row, otherwise its first token
     * @param headBias the head's dense layer has a bias
     */
    public record ModernBert(
            List<Boolean> looksEverywhere,
            int reach,
            double theta,
            double nearbyTheta,
            boolean mean,
            boolean headBias) {
        public ModernBert {
            looksEverywhere = List.copyOf(looksEverywhere);
            if (reach < 1 || !(theta > 0) || !(nearbyTheta > 0)) {
                throw new IllegalArgumentException("local_attention must be at least 2 and both rope_theta positive,"
                        + " were " + 2 * reach + ", " + theta + " and " + nearbyTheta);
            }
        }
    }

    /**
     * Reads a Hugging Face {@code config.json}, in the spelling of transformers 4 or 5.
     *
     * @throws rerank.model.weights.CheckpointException if it is absent, malformed, has no head for classes, or asks for
     *     what is not supported, naming the key and its value
     */
    public static EncoderConfig read(Path configFile) {
        return EncoderConfigFile.read(configFile);
    }

    /** Whether a config file is of one of the families here. */
    public static boolean describes(ConfigJson config) {
        return Family.of(config.modelType()).isPresent();
    }

    /** The values of {@code model_type} that are read here, for messages. */
    public static String families() {
        return Arrays.stream(Family.values()).map(Family::modelType).collect(Collectors.joining(", "));
    }

    /** Number of trained numbers. */
    public long parameters() {
        return EncoderLayout.of(this).stream()
                .mapToLong(WeightLayout.Slot::elements)
                .sum();
    }
}
