package rerank.model.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import rerank.model.adapter.AdapterConfig;

/** The arrays that a training starts with, in the order of {@link WeightLayout} or {@link AdapterLayout}. */
final class StartingWeights {
    private final PtNDManager manager;
    private final TrainerSetup setup;

    /** What weights are stored as: frozen ones in the precision of the arithmetic, trained ones as float32. */
    private final long stored;

    /**
     * Starting weights.
     *
     * @param manager that the arrays belong to
     * @param setup whether the weights are trained, or an adapter beside them
     */
    StartingWeights(PtNDManager manager, TrainerSetup setup) {
        this.manager = manager;
        this.setup = setup;
        this.stored =
                setup.adapter() == null ? Program.FLOAT32 : setup.precision().scalarType();
    }

    /** Weights that are drawn as {@link FreshWeights} says. */
    List<NDArray> fresh(TransformerConfig config, long seed) {
        List<NDArray> weights = new ArrayList<>();
        FreshWeights.forEach(config, seed, values -> {
            NDArray made = manager.create(values.numbers(), new Shape(values.shape()));
            weights.add(stored == Program.FLOAT32 ? made : converted(made));
        });
        return weights;
    }

    /** Weights of this shape made of native random numbers. */
    List<NDArray> random(TransformerConfig config) {
        List<NDArray> weights = new ArrayList<>();
        for (WeightLayout.Slot slot : WeightLayout.of(config)) {
            if (slot.parts().isEmpty()) {
                weights.add(manager.create(new Shape(0)));
                continue;
            }
            long[] size = slot.parts().get(0).shape().stream()
                    .mapToLong(Long::longValue)
                    .toArray();
            size[0] =
                    slot.parts().stream().mapToLong(part -> part.shape().get(0)).sum();
            try (var own = (PtNDManager) manager.newSubManager()) {
                weights.add(called(new NDList(
                        own.create(0.02f),
                        own.create(size),
                        own.create(stored),
                        TransformerTrainer.method(own, "random"))));
            }
        }
        return weights;
    }

    /** The weights of a checkpoint directory. */
    List<NDArray> of(Path checkpoint, TransformerConfig config) {
        List<NDArray> weights = new ArrayList<>();
        Precision precision = setup.adapter() == null ? Precision.FLOAT32 : setup.precision();
        try (var files = (PtNDManager) manager.newSubManager();
                Weights mapped = Weights.load(checkpoint, config, precision, files)) {
            // Copies: what was loaded in inference mode cannot be part of a gradient.
            for (PtNDArray tensor : mapped.tensors()) {
                weights.add(converted(tensor));
            }
        }
        return weights;
    }

    /** A fresh adapter; empty where none is trained. */
    List<NDArray> adapter(TransformerConfig config, long seed) {
        AdapterConfig wanted = setup.adapter();
        if (wanted == null) {
            return List.of();
        }
        var random = new Random(seed);
        List<NDArray> fresh = new ArrayList<>();
        for (AdapterLayout.Slot slot : AdapterLayout.of(config, wanted)) {
            Shape size = slot.isEmpty() || slot.columns() == 0 ? new Shape(0) : new Shape(slot.rows(), slot.columns());
            fresh.add(manager.create(AdapterLayout.fresh(slot, random), size));
        }
        return fresh;
    }

    /** A copy of the tensor as weights are stored; the tensor is closed. */
    private NDArray converted(NDArray tensor) {
        try (var own = (PtNDManager) manager.newSubManager()) {
            tensor.setName(null);
            NDArray copy = called(new NDList(tensor, own.create(stored), TransformerTrainer.method(own, "copy")));
            tensor.close();
            return copy;
        }
    }

    /** What a method of the training program gives, kept beyond the call. */
    private NDArray called(NDList arguments) {
        NDArray kept = TransformerTrainer.program().callForTraining(arguments).head();
        kept.attach(manager);
        return kept;
    }
}
