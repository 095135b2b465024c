package rerank.model.transformer;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The arguments and results of one native call: all that is made through it is freed when it is closed. */
public final class Arguments implements AutoCloseable {
    private final PtNDManager manager;
    private final List<IValue> values = new ArrayList<>();

    public Arguments(PtNDManager parent) {
        this.manager = (PtNDManager) parent.newSubManager();
    }

    IValue integer(long value) {
        return owned(IValue.from(value));
    }

    IValue decimal(double value) {
        return owned(IValue.from(value));
    }

    IValue text(String value) {
        return owned(IValue.from(value));
    }

    /** A list of integers, which stays outside tensors. */
    public IValue integers(long... numbers) {
        return owned(IValue.listFrom(numbers));
    }

    /** An int64 tensor [n]. */
    public IValue longs(long[] numbers) {
        return owned(IValue.from((PtNDArray) manager.create(numbers, new Shape(numbers.length))));
    }

    /** A float32 tensor [n]. */
    IValue floats(float[] numbers) {
        return owned(IValue.from((PtNDArray) manager.create(numbers, new Shape(numbers.length))));
    }

    /**
     * An int64 tensor [rows, longest row], zeros after the shorter ones.
     *
     * @param bound every number must be in [0, bound); the native error would not say which is not
     * @param what names the numbers in the message
     */
    IValue padded(int[][] rows, int bound, String what) {
        int width = Arrays.stream(rows).mapToInt(row -> row.length).max().orElse(0);
        long[] flat = new long[rows.length * width];
        for (int r = 0; r < rows.length; r++) {
            if (rows[r].length == 0) {
                throw new IllegalArgumentException("row " + r + " is empty; a sequence has at least one token");
            }
            for (int t = 0; t < rows[r].length; t++) {
                if (rows[r][t] < 0 || rows[r][t] >= bound) {
                    throw new IllegalArgumentException(
                            what + " " + rows[r][t] + " of row " + r + " is not in [0, " + bound + ")");
                }
                flat[r * width + t] = rows[r][t];
            }
        }
        return owned(IValue.from((PtNDArray) manager.create(flat, new Shape(rows.length, width))));
    }

    /** A bool tensor of rows of one length. */
    IValue flags(boolean[][] rows) {
        ByteBuffer flat = manager.allocateDirect(rows.length * rows[0].length);
        for (boolean[] row : rows) {
            for (boolean flag : row) {
                flat.put((byte) (flag ? 1 : 0));
            }
        }
        flat.rewind();
        return owned(IValue.from(manager.create(flat, new Shape(rows.length, rows[0].length), DataType.BOOLEAN)));
    }

    /** The tensors of a tuple, which is closed. */
    public PtNDArray[] tuple(IValue result) {
        owned(result);
        IValue[] elements = result.toIValueTuple();
        PtNDArray[] tensors = new PtNDArray[elements.length];
        for (int i = 0; i < elements.length; i++) {
            tensors[i] = owned(elements[i]).toTensor(manager);
        }
        return tensors;
    }

    /** The tensor of a result, which is closed. */
    public PtNDArray tensor(IValue result) {
        return owned(result).toTensor(manager);
    }

    /** Takes over a value made elsewhere. */
    IValue own(IValue value) {
        return owned(value);
    }

    private IValue owned(IValue value) {
        values.add(value);
        return value;
    }

    @Override
    public void close() {
        values.forEach(IValue::close);
        manager.close();
    }

    /** Copies a float32 matrix out. */
    public static float[][] rows(PtNDArray matrix) {
        int rows = (int) matrix.getShape().get(0);
        int width = (int) matrix.getShape().get(1);
        float[] flat = rows * width == 0 ? new float[0] : matrix.toFloatArray();
        float[][] result = new float[rows][];
        for (int r = 0; r < rows; r++) {
            result[r] = Arrays.copyOfRange(flat, r * width, (r + 1) * width);
        }
        return result;
    }

    /** Copies a float32 tensor of three dimensions out. */
    static float[][][] cube(PtNDArray tensor) {
        int depth = (int) tensor.getShape().get(0);
        int rows = (int) tensor.getShape().get(1);
        int width = (int) tensor.getShape().get(2);
        float[] flat = tensor.toFloatArray();
        float[][][] result = new float[depth][rows][];
        for (int i = 0; i < depth * rows; i++) {
            result[i / rows][i % rows] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
        }
        return result;
    }
}
