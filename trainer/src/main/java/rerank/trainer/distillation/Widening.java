package rerank.trainer.distillation;

import java.util.Arrays;
import java.util.Random;
import java.util.Set;

/**
 * Makes the matrices of a decoder some times as wide, in such a way that it computes what it did: model width, heads and
 * feed-forward grow alike. The new part of the residual stream is zero at first, for whatever writes to it is: new columns of
 * embeddings, and all that is new in the matrices that a block's outputs are products with. New heads and feed-forward units
 * read with random weights of the size of the old ones, so that they have something to say once they are listened to. A norm
 * divides by the root of the mean square, which zeros make smaller, and is scaled back.
 *
 * <p>Copies of units (Chen et al. 2016, Net2Net) would compute the same too, and leave a symmetry that has to be broken.
 */
final class Widening {
    /** Rows of these are tokens, or types of tokens. */
    private static final Set<String> BY_TOKEN =
            Set.of("model.embed_tokens.weight", "model.embed_token_types.weight", "lm_head.weight");

    /** Norms of one head, which stays as wide as it is. */
    private static final Set<String> OF_A_HEAD = Set.of("self_attn.q_norm.weight", "self_attn.k_norm.weight");

    private final int factor;
    private final Random random;

    /**
     * A widening.
     *
     * @param factor how many times as wide; at least 2
     * @param seed of the weights of new heads and units
     */
    Widening(int factor, long seed) {
        this.factor = factor;
        this.random = new Random(seed);
    }

    /** Values of a tensor, row by row, with its number of rows; 0 rows for a vector. */
    record Matrix(float[] values, int rows) {
        int columns() {
            return rows == 0 ? values.length : values.length / rows;
        }
    }

    /**
     * The tensor in the wider model.
     *
     * @param name of the tensor, as Hugging Face names those of Llama and Qwen
     */
    Matrix widen(String name, Matrix old) {
        if (OF_A_HEAD.stream().anyMatch(name::endsWith)) {
            return old;
        }
        if (old.rows() == 0) {
            return new Matrix(name.endsWith(".bias") ? padded(old.values()) : norm(old.values()), 0);
        }
        boolean isByToken = BY_TOKEN.contains(name);
        boolean writes = isByToken || WarmStart.OUTPUTS.stream().anyMatch(name::endsWith);
        int rows = isByToken ? old.rows() : old.rows() * factor;
        int columns = old.columns() * factor;
        double size = writes ? 0 : rootMeanSquare(old.values());
        float[] wide = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            boolean isOld = row < old.rows();
            if (isOld) {
                System.arraycopy(old.values(), row * old.columns(), wide, row * columns, old.columns());
            }
            for (int column = isOld ? old.columns() : 0; !writes && column < columns; column++) {
                wide[row * columns + column] = (float) (random.nextGaussian() * size);
            }
        }
        return new Matrix(wide, rows);
    }

    private float[] padded(float[] bias) {
        return Arrays.copyOf(bias, bias.length * factor);
    }

    /** The old weights for the old part, and for the new part their mean. */
    private float[] norm(float[] weights) {
        double mean = 0;
        for (float weight : weights) {
            mean += weight / (double) weights.length;
        }
        float[] wide = new float[weights.length * factor];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = (float) ((i < weights.length ? weights[i] : mean) / Math.sqrt(factor));
        }
        return wide;
    }

    private static double rootMeanSquare(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares / Math.max(1, values.length));
    }
}
