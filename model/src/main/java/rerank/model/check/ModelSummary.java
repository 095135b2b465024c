package rerank.model.check;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import rerank.model.transformer.Precision;
import rerank.model.transformer.TransformerConfig;
import rerank.model.weights.ElementType;
import rerank.model.weights.StoredTensor;
import rerank.model.weights.WeightMap;

/**
 * What a checkpoint is and what memory it needs.
 *
 * @param config its shape
 * @param parameters number of trained numbers
 * @param storedAs the types its files hold, in the order of {@link ElementType}
 * @param fileBytes what its tensors take in the files
 * @param precision of the arithmetic that the next two are for
 * @param weightBytes memory of the weights
 * @param cacheBytesPer1000Tokens memory of keys and values for each 1000 tokens being decoded
 */
public record ModelSummary(
        TransformerConfig config,
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

    /** Reads the headers of a checkpoint's files. */
    static ModelSummary of(Path checkpoint, Precision precision) {
        TransformerConfig config = TransformerConfig.read(checkpoint.resolve("config.json"));
        WeightMap files = WeightMap.open(checkpoint);
        List<ElementType> types = files.all().stream()
                .map(StoredTensor::type)
                .distinct()
                .sorted(Comparator.naturalOrder())
                .toList();
        return new ModelSummary(
                config,
                config.parameters(),
                types,
                files.all().stream().mapToLong(StoredTensor::sizeBytes).sum(),
                precision,
                config.parameters() * precision.weightBytes(),
                config.cacheBytesPerToken(precision) * TOKENS);
    }
}
