package rerank.model.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.weights.CheckpointException;

/** Reading of the reference's numbers, which are JSON, and small arithmetic on them. */
final class Golden {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Golden() {}

    static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new CheckpointException(file + " cannot be read as JSON: " + e.getMessage(), e);
        }
    }

    static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    static int[][] intRows(JsonNode arrays) {
        return StreamSupport.stream(arrays.spliterator(), false)
                .map(Golden::ints)
                .toArray(int[][]::new);
    }

    static double[] doubles(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    static EncodedPrompt prompt(int... ids) {
        return new EncodedPrompt(ids, new int[ids.length]);
    }

    /** Which positions are tokens: all of them where there is no mask. */
    static boolean[][] real(int[][] ids, JsonNode mask) {
        boolean[][] real = new boolean[ids.length][];
        for (int row = 0; row < ids.length; row++) {
            real[row] = new boolean[ids[row].length];
            for (int t = 0; t < real[row].length; t++) {
                real[row][t] = mask.isMissingNode() || mask.path(row).path(t).asInt() == 1;
            }
        }
        return real;
    }

    /** Token types of a model without a table of them. */
    static int[][] zeros(int[][] like) {
        return Arrays.stream(like).map(row -> new int[row.length]).toArray(int[][]::new);
    }

    /** The rows without their padding. */
    static int[][] stripped(int[][] ids, boolean[][] real) {
        int[][] rows = new int[ids.length][];
        for (int row = 0; row < ids.length; row++) {
            boolean[] isReal = real[row];
            int[] padded = ids[row];
            rows[row] = IntStream.range(0, padded.length)
                    .filter(t -> isReal[t])
                    .map(t -> padded[t])
                    .toArray();
        }
        return rows;
    }

    static int[] concat(int[]... parts) {
        return IntStream.range(0, parts.length)
                .flatMap(i -> IntStream.of(parts[i]))
                .toArray();
    }

    /** The larger one; NaN if either is, where a comparison by {@code >} would lose it. */
    static double worse(double one, double other) {
        return Math.max(one, other);
    }

    static double[] logSoftmax(double[] logits) {
        double max = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit - max);
        }
        double[] logProbs = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            logProbs[i] = logits[i] - max - Math.log(sum);
        }
        return logProbs;
    }
}
