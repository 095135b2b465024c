package rerank.model.transformer;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import rerank.model.adapter.AdaptedModule;
import rerank.model.adapter.AdapterConfig;
import rerank.model.weights.SafeTensorsWriter;

/**
 * How an adapter becomes the list of tensors that {@code training.py} takes: for each layer A and B of each
 * {@link AdaptedModule} in its order, empty where it has none.
 */
final class AdapterLayout {
    private AdapterLayout() {}

    /** One entry: the shape of A or B, or none. */
    record Slot(String name, long rows, long columns) {
        boolean isEmpty() {
            return rows == 0;
        }
    }

    static List<Slot> of(TransformerConfig config, AdapterConfig adapter) {
        List<Slot> slots = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (AdaptedModule module : AdaptedModule.values()) {
                boolean has = adapter.modules().contains(module);
                long rank = has ? adapter.rank() : 0;
                slots.add(new Slot(module.adapterWeight(layer, 'A'), rank, has ? in(config, module) : 0));
                slots.add(new Slot(module.adapterWeight(layer, 'B'), has ? out(config, module) : 0, rank));
            }
        }
        return slots;
    }

    /** A as PEFT begins with it, uniform within 1 / sqrt(in); B is 0, so that at first the adapter adds nothing. */
    static float[] fresh(Slot slot, Random random) {
        float[] values = new float[Math.toIntExact(slot.rows() * slot.columns())];
        if (slot.name().contains("lora_A")) {
            float bound = (float) (1 / Math.sqrt(slot.columns()));
            for (int i = 0; i < values.length; i++) {
                values[i] = bound * (2 * random.nextFloat() - 1);
            }
        }
        return values;
    }

    /** The tensors of the list that are not empty, for a file. */
    static List<SafeTensorsWriter.Tensor> tensors(List<Slot> slots, List<NDArray> values) {
        List<SafeTensorsWriter.Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get(i);
            NDArray value = values.get(i);
            if (!slot.isEmpty()) {
                tensors.add(new SafeTensorsWriter.Tensor(
                        slot.name(), List.of(slot.rows(), slot.columns()), value::toFloatArray));
            }
        }
        return tensors;
    }

    private static long in(TransformerConfig config, AdaptedModule module) {
        return switch (module) {
            case O_PROJ -> (long) config.heads() * config.headSize();
            case DOWN_PROJ -> config.feedForwardSize();
            default -> config.hiddenSize();
        };
    }

    private static long out(TransformerConfig config, AdaptedModule module) {
        return switch (module) {
            case Q_PROJ -> (long) config.heads() * config.headSize();
            case K_PROJ, V_PROJ -> (long) config.keyValueHeads() * config.headSize();
            case GATE_PROJ, UP_PROJ -> config.feedForwardSize();
            case O_PROJ, DOWN_PROJ -> config.hiddenSize();
        };
    }
}
