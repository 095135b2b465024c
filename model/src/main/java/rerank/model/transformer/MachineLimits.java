package rerank.model.transformer;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;

/**
 * What this machine can do at most of what a model's time goes into, measured by the library's own routines: reading memory,
 * and multiplying matrices of the model's shapes by themselves. Not a model's time; the limit to compare it with.
 *
 * <p>Its arrays are made once; close it. Belongs to one thread.
 */
public final class MachineLimits implements AutoCloseable {
    /** Far larger than the caches. */
    private static final int BUFFER_FLOATS = 1 << 28;

    /** Enough copies of each matrix that a product finds none of it in the caches. */
    private static final long MATRIX_BYTES = 200L << 20;

    private static final int MOST_COPIES = 64;

    private final PtNDManager manager = Program.newManager();
    private final IValue buffer;

    /** Allocates the buffer that is read, 1 GiB. */
    public MachineLimits() {
        PtNDArray floats = (PtNDArray) manager.ones(new Shape(BUFFER_FLOATS), DataType.FLOAT32);
        this.buffer = IValue.from(floats);
    }

    /** Bytes a second of reading a buffer of 1 GiB from one end to the other, by all native threads. */
    public double readBytesPerSecond() {
        try (IValue times = IValue.from(1L)) {
            long begun = System.nanoTime();
            Program.decoder().call("read_buffer", buffer, times).close();
            return 4.0 * BUFFER_FLOATS / seconds(begun);
        }
    }

    /**
     * The matrices of a model's layers, each shape by itself.
     *
     * @param config whose shapes
     * @param precision and kernels
     */
    public Products products(TransformerConfig config, Precision precision) {
        return new Products(config, precision);
    }

    private static double seconds(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }

    @Override
    public void close() {
        buffer.close();
        manager.close();
    }

    /** Matrices of a model's layers, to be multiplied by themselves. */
    public final class Products implements AutoCloseable {
        private final PtNDManager own = (PtNDManager) manager.newSubManager();
        private final TransformerConfig config;
        private final Precision precision;
        private final List<IValue> matrices = new ArrayList<>();
        private final List<Integer> copies = new ArrayList<>();
        private final List<long[]> shapes = new ArrayList<>();

        private Products(TransformerConfig config, Precision precision) {
            this.config = config;
            this.precision = precision;
            List<WeightLayout.Slot> slots = WeightLayout.of(config);
            for (int slot : PackedMatrices.MATRICES) {
                WeightLayout.Slot matrix = slots.get(WeightLayout.BEFORE_LAYERS + slot);
                long rows = matrix.parts().stream()
                        .mapToLong(part -> part.shape().get(0))
                        .sum();
                addShape(rows, matrix.parts().get(0).shape().get(1));
            }
        }

        private void addShape(long out, long in) {
            int count = (int) Math.max(2, Math.min(MOST_COPIES, MATRIX_BYTES / (out * in * precision.weightBytes())));
            List<PtNDArray> made = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                made.add(activations(out, in));
            }
            PtNDArray[] packed = PackedMatrices.of(made, precision.kernel(), own);
            made.forEach(PtNDArray::close);
            matrices.add(IValue.listFrom(packed));
            copies.add(count);
            shapes.add(new long[] {out, in});
        }

        private PtNDArray activations(long rows, long columns) {
            try (PtNDArray made = (PtNDArray) own.randomNormal(0, 0.5f, new Shape(rows, columns), DataType.FLOAT32);
                    IValue tensor = IValue.from(made);
                    IValue type = IValue.from(precision.scalarType());
                    IValue cast = Program.decoder().call("cast", tensor, type)) {
                return cast.toTensor(own);
            }
        }

        /** Seconds that the products of all layers take for so many tokens, one shape after the other. */
        public double seconds(int tokens) {
            double sum = 0;
            for (int i = 0; i < shapes.size(); i++) {
                sum += config.layers() * secondsOf(i, tokens);
            }
            return sum;
        }

        /** Floating-point operations a second in these products. */
        public double flopsPerSecond(int tokens) {
            return flops(tokens) / seconds(tokens);
        }

        /** Floating-point operations of the products of all layers for so many tokens. */
        public double flops(int tokens) {
            return shapes.stream()
                            .mapToDouble(shape -> 2.0 * tokens * shape[0] * shape[1])
                            .sum()
                    * config.layers();
        }

        private double secondsOf(int shape, int tokens) {
            long[] size = shapes.get(shape);
            int times = 2 * copies.get(shape);
            double flops = 2.0 * tokens * size[0] * size[1];
            times = (int) Math.max(2, Math.min(times, 4e10 / flops));
            try (PtNDArray x = activations(tokens, size[1]);
                    IValue input = IValue.from(x);
                    IValue count = IValue.from((long) times);
                    IValue kind = IValue.from((long) precision.kernel().ordinal())) {
                long begun = System.nanoTime();
                Program.decoder()
                        .call("multiply", input, matrices.get(shape), count, kind)
                        .close();
                return MachineLimits.seconds(begun) / times;
            }
        }

        @Override
        public void close() {
            matrices.forEach(IValue::close);
            own.close();
        }
    }
}
