package rerank.model.check;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import rerank.model.encoder.EncoderConfig;
import rerank.model.transformer.Precision;
import rerank.model.transformer.TransformerConfig;
import rerank.model.weights.ElementType;
import rerank.model.weights.StoredTensor;
import rerank.model.weights.WeightMap;

/**
 * What a checkpoint is and what memory it needs.
 *
 * @param shape its shape
 * @param parameters number of trained numbers
 * @param storedAs the types its files hold, in the order of {@link ElementType}
 * @param fileBytes what its tensors take in the files
 * @param precision of the arithmetic that the next two are for
 * @param weightBytes memory of the weights
 * @param cacheBytesPer1000Tokens memory of keys and values for each 1000 tokens being decoded; 0 for a cross-encoder,
 *     which decodes nothing
 */
public record ModelSummary(
        Shape shape,
        long parameters,
        List<ElementType> storedAs,
        long fileBytes,
        Precision precision,
        long weightBytes,
        long cacheBytesPer1000Tokens) {
    private static final int TOKENS = 1000;

    public ModelSummary {
        storedAs = List.copyOf(storedAs);
    }

    /**
     * What a checkpoint's config says of its shape.
     *
     * @param family the {@code model_type}
     * @param layers number of blocks
     * @param width of the model
     * @param heads attention heads
     * @param keyValueHeads heads of keys and values
     * @param vocabularySize rows of the embedding
     * @param maxPositions longest sequence
     * @param tokenTypes rows of the token-type table; 0 for none
     * @param labels numbers that a cross-encoder's head gives for a pair; 0 for a language model
     */
    public record Shape(
            String family,
            int layers,
            int width,
            int heads,
            int keyValueHeads,
            int vocabularySize,
            int maxPositions,
            int tokenTypes,
            int labels) {
        static Shape of(TransformerConfig config) {
            return new Shape(
                    config.family(),
                    config.layers(),
                    config.hiddenSize(),
                    config.heads(),
                    config.keyValueHeads(),
                    config.vocabularySize(),
                    config.maxPositions(),
                    config.tokenTypes(),
                    0);
        }

        static Shape of(EncoderConfig config) {
            return new Shape(
                    config.family(),
                    config.layers(),
                    config.hiddenSize(),
                    config.heads(),
                    config.heads(),
                    config.vocabularySize(),
                    config.maxPositions(),
                    config.tokenTypes(),
                    config.labels());
        }
    }

    /** Reads the headers of a language model's files. */
    static ModelSummary of(Path checkpoint, TransformerConfig config, Precision precision) {
        return of(
                checkpoint,
                Shape.of(config),
                config.parameters(),
                precision,
                config.cacheBytesPerToken(precision) * TOKENS);
    }

    /** Reads the headers of a cross-encoder's files. */
    static ModelSummary of(Path checkpoint, EncoderConfig config, Precision precision) {
        return of(checkpoint, Shape.of(config), config.parameters(), precision, 0);
    }

    private static ModelSummary of(
            Path checkpoint, Shape shape, long parameters, Precision precision, long cacheBytesPer1000Tokens) {
        WeightMap files = WeightMap.open(checkpoint);
        List<ElementType> types = files.all().stream()
                .map(StoredTensor::type)
                .distinct()
                .sorted(Comparator.naturalOrder())
                .toList();
        return new ModelSummary(
                shape,
                parameters,
                types,
                files.all().stream().mapToLong(StoredTensor::sizeBytes).sum(),
                precision,
                parameters * precision.weightBytes(),
                cacheBytesPer1000Tokens);
    }
}
