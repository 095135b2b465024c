package rerank.model.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.List;

/** Gradients of micro-batches as native arrays, in the order of what is trained. */
final class NativeGradients implements TransformerTrainer.Gradients {
    private final PtNDManager manager;
    private final List<NDArray> arrays;
    private final float[] losses;
    private final float groupAccuracy;

    private int batches = 1;

    NativeGradients(PtNDManager manager, List<NDArray> arrays, float[] losses, float groupAccuracy) {
        this.manager = manager;
        this.arrays = arrays;
        this.losses = losses;
        this.groupAccuracy = groupAccuracy;
    }

    List<NDArray> arrays() {
        return arrays;
    }

    /** Micro-batches whose gradients are summed here. */
    int batches() {
        return batches;
    }

    /** Counts those of others that were added to the arrays. */
    void count(NativeGradients added) {
        batches += added.batches;
    }

    @Override
    public float nextTokenLoss() {
        return losses[0];
    }

    @Override
    public float labelLoss() {
        return losses[1];
    }

    @Override
    public float listwiseLoss() {
        return losses[2];
    }

    @Override
    public float groupAccuracy() {
        return groupAccuracy;
    }

    @Override
    public void close() {
        manager.close();
    }
}
