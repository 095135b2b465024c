package rerank.model.transformer;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;

/**
 * The matrices of a model in the form that a {@link Kernel} wants, in the order told at the top of {@code decoder.py}: three
 * tensors for each. Empty for {@link Kernel#PLAIN}.
 */
final class PackedMatrices {
    /** Entries of a layer in {@link WeightLayout} that become packed, gate and up being one. */
    private static final int QKV = 1;

    private static final int OUTPUT = 5;
    private static final int GATE_UP = 7;
    private static final int DOWN = 8;

    /** All four. */
    static final int[] MATRICES = {QKV, OUTPUT, GATE_UP, DOWN};

    private final Kernel kernel;
    private final PtNDManager manager;
    private final List<PtNDArray> packed = new ArrayList<>();

    private PackedMatrices(Kernel kernel, PtNDManager manager) {
        this.kernel = kernel;
        this.manager = manager;
    }

    /**
     * Packs all matrices, and puts empty tensors in the place of those that are not needed any more: all but the embedding
     * and the output head, of which single rows are read.
     *
     * @param weights in the order of {@link WeightLayout}; changed
     * @param manager the packed tensors attach to it
     */
    static PtNDArray[] of(PtNDArray[] weights, Kernel kernel, PtNDManager manager) {
        if (kernel == Kernel.PLAIN) {
            return new PtNDArray[0];
        }
        PackedMatrices all = new PackedMatrices(kernel, manager);
        PtNDArray head = weights[2].getShape().size() > 0 ? weights[2] : weights[0];
        all.add(head);
        for (int o = WeightLayout.BEFORE_LAYERS; o < weights.length; o += WeightLayout.PER_LAYER) {
            all.add(weights[o + QKV]);
            all.add(weights[o + OUTPUT]);
            all.addGateAndUp(weights[o + GATE_UP]);
            all.add(weights[o + DOWN]);
            for (int used : MATRICES) {
                weights[o + used].close();
                weights[o + used] = (PtNDArray) manager.create(new Shape(0));
            }
        }
        return all.packed.toArray(PtNDArray[]::new);
    }

    /** Matrices [out, in] packed for a measurement. */
    static PtNDArray[] of(List<PtNDArray> matrices, Kernel kernel, PtNDManager manager) {
        PackedMatrices all = new PackedMatrices(kernel, manager);
        matrices.forEach(all::add);
        return all.packed.toArray(PtNDArray[]::new);
    }

    private void addGateAndUp(PtNDArray stacked) {
        long half = stacked.getShape().get(0) / 2;
        try (PtNDArray gate = (PtNDArray) stacked.get("0:" + half);
                PtNDArray up = (PtNDArray) stacked.get(half + ":")) {
            add(gate);
            add(up);
        }
    }

    private void add(PtNDArray matrix) {
        try (IValue whole = IValue.from(matrix);
                IValue kind = IValue.from((long) kernel.ordinal());
                IValue result = Program.decoder().call("pack", whole, kind)) {
            for (IValue part : result.toIValueTuple()) {
                packed.add(part.toTensor(manager));
                part.close();
            }
        }
    }
}
