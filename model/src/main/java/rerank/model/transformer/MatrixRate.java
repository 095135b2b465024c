package rerank.model.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDManager;

/**
 * How fast this machine multiplies matrices of a model's shapes, by the library's own product: the limit that training is
 * compared with.
 */
public final class MatrixRate {
    private static final long SHORTEST_NANOS = 200_000_000;

    private MatrixRate() {}

    /**
     * Multiplies activations of so many tokens by each kind of matrix of a layer, on the calling thread and its native
     * threads.
     *
     * @return floating-point operations a second, over the four kinds as often as a layer has them
     */
    public static double operationsPerSecond(TransformerConfig config, int tokens, Precision precision) {
        long width = config.hiddenSize();
        long heads = (long) config.heads() * config.headSize();
        long keys = (long) config.keyValueHeads() * config.headSize();
        long[][] matrices = {
            {heads + 2 * keys, width},
            {width, heads},
            {2L * config.feedForwardSize(), width},
            {width, config.feedForwardSize()}
        };
        double operations = 0;
        double seconds = 0;
        for (long[] matrix : matrices) {
            operations += 2.0 * tokens * matrix[0] * matrix[1];
            seconds += secondsOfOne(matrix, tokens, precision);
        }
        return operations / seconds;
    }

    private static double secondsOfOne(long[] matrix, int tokens, Precision precision) {
        Program program = TransformerTrainer.program();
        try (PtNDManager manager = Program.newManager()) {
            NDArray x = random(program, manager, new long[] {tokens, matrix[1]}, precision);
            NDArray y = random(program, manager, matrix, precision);
            multiply(program, manager, x, y, 1);
            for (int times = 1; ; times *= 2) {
                long began = System.nanoTime();
                multiply(program, manager, x, y, times);
                long took = System.nanoTime() - began;
                if (took >= SHORTEST_NANOS) {
                    return took / 1e9 / times;
                }
            }
        }
    }

    private static NDArray random(Program program, PtNDManager manager, long[] shape, Precision precision) {
        NDList arguments = new NDList(
                manager.create(1f),
                manager.create(shape),
                manager.create(precision.scalarType()),
                TransformerTrainer.method(manager, "random"));
        return program.callForTraining(arguments).head();
    }

    private static void multiply(Program program, PtNDManager manager, NDArray x, NDArray y, int times) {
        try (var own = (PtNDManager) manager.newSubManager()) {
            NDList arguments = new NDList(x, y, own.create((long) times), TransformerTrainer.method(own, "multiply"));
            program.callForTraining(arguments).head().toFloatArray();
        }
    }
}
