package rerank.model.transformer;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;
import rerank.model.weights.StoredTensor;
import rerank.model.weights.WeightMap;

/**
 * The weights of a model as native tensors, in the order of their layout.
 *
 * <p>What is loaded from files is mapped, not read, where the program takes a tensor as it is stored: the files must
 * not be written to while it is open. (A new version replaces them by renaming, which is safe.) The tensors were made
 * in inference mode: training works on copies.
 */
public final class Weights implements AutoCloseable {
    private final PtNDArray[] tensors;
    private final boolean owned;

    private Weights(PtNDArray[] tensors, boolean owned) {
        this.tensors = tensors;
        this.owned = owned;
    }

    /** Weights that another owner closes. */
    static Weights borrowed(PtNDArray[] tensors) {
        return new Weights(tensors, false);
    }

    /** Loads the weights of a decoder, see the other {@code load}. */
    static Weights load(Path checkpoint, TransformerConfig config, Precision precision, PtNDManager manager) {
        return load(checkpoint, WeightLayout.of(config), precision, manager);
    }

    /**
     * Loads a checkpoint's weights.
     *
     * @param layout what to load, in this order
     * @param manager the tensors attach to it
     * @throws rerank.model.weights.CheckpointException if one is missing or of another shape than the layout says
     */
    public static Weights load(
            Path checkpoint, List<WeightLayout.Slot> layout, Precision precision, PtNDManager manager) {
        WeightMap files = WeightMap.open(checkpoint);
        List<List<StoredTensor>> found = new ArrayList<>();
        for (WeightLayout.Slot slot : layout) {
            found.add(slot.parts().stream().map(part -> require(files, part)).toList());
        }
        try (MappedFiles mapped = new MappedFiles()) {
            PtNDArray[] tensors = new PtNDArray[found.size()];
            for (int i = 0; i < tensors.length; i++) {
                tensors[i] = slot(found.get(i), mapped, precision, manager);
            }
            return new Weights(tensors, true);
        }
    }

    private static StoredTensor require(WeightMap files, WeightLayout.Part part) {
        return files.require(
                part.name(),
                part.origin(),
                part.shape().stream().mapToLong(Long::longValue).toArray());
    }

    private static PtNDArray slot(
            List<StoredTensor> parts, MappedFiles files, Precision precision, PtNDManager manager) {
        if (parts.isEmpty()) {
            return (PtNDArray) manager.create(new Shape(0));
        }
        try (PtNDManager pieces = (PtNDManager) manager.newSubManager()) {
            PtNDArray[] rows = new PtNDArray[parts.size()];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = files.tensor(parts.get(i), precision, pieces);
            }
            if (rows.length == 1) {
                rows[0].attach(manager);
                return rows[0];
            }
            try (IValue list = IValue.listFrom(rows);
                    IValue stacked = Program.decoder().call("stack_rows", list)) {
                return stacked.toTensor(manager);
            }
        }
    }

    /** Moves all of them to a device. */
    void moveTo(Device device, PtNDManager manager) {
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = device.moved(tensors[i], manager);
        }
    }

    /** In the order of the layout; still owned by this object. */
    public PtNDArray[] tensors() {
        return tensors;
    }

    /** Writes float32 weights to a safetensors file under Hugging Face's names. */
    static void write(Path file, TransformerConfig config, PtNDArray[] tensors, boolean bf16) {
        List<SafeTensorsWriter.Tensor> parts = new ArrayList<>();
        List<WeightLayout.Slot> layout = WeightLayout.of(config);
        for (int i = 0; i < layout.size(); i++) {
            long row = 0;
            for (WeightLayout.Part part : layout.get(i).parts()) {
                long begin = row;
                long end = row + part.shape().get(0);
                PtNDArray slot = tensors[i];
                parts.add(new SafeTensorsWriter.Tensor(part.name(), part.shape(), () -> rows(slot, begin, end)));
                row = end;
            }
        }
        SafeTensorsWriter.write(file, parts, bf16 ? ElementType.BF16 : ElementType.F32);
    }

    private static float[] rows(PtNDArray tensor, long begin, long end) {
        try (var rows = tensor.get(begin + ":" + end)) {
            return rows.toFloatArray();
        }
    }

    @Override
    public void close() {
        if (owned) {
            for (PtNDArray tensor : tensors) {
                tensor.close();
            }
        }
    }

    /** Safetensors files mapped whole, each once for each type that is read from it. Views keep a mapping alive. */
    private static final class MappedFiles implements AutoCloseable {
        private final Map<String, IValue> flat = new HashMap<>();

        PtNDArray tensor(StoredTensor tensor, Precision precision, PtNDManager manager) {
            int size = tensor.type().sizeBytes();
            boolean aligned = tensor.offset() % size == 0;
            long stored = scalarType(tensor.type());
            IValue file = aligned ? map(tensor.file(), stored, size) : map(tensor.file(), Program.BYTE, 1);
            long unit = aligned ? size : 1;
            try (IValue begin = IValue.from(tensor.offset() / unit);
                    IValue end = IValue.from((tensor.offset() + tensor.sizeBytes()) / unit);
                    IValue shape = IValue.listFrom(
                            tensor.shape().stream().mapToLong(Long::longValue).toArray());
                    IValue from = IValue.from(stored);
                    IValue to = IValue.from(precision.scalarType());
                    IValue result = aligned
                            ? Program.decoder().call("mapped", file, begin, end, shape, to)
                            : Program.decoder().call("unaligned", file, begin, end, shape, from, to)) {
                return result.toTensor(manager);
            }
        }

        private IValue map(Path file, long scalarType, int elementBytes) {
            return flat.computeIfAbsent(scalarType + ":" + file, key -> {
                try (IValue path = IValue.from(file.toString());
                        IValue elements = IValue.from(file.toFile().length() / elementBytes);
                        IValue type = IValue.from(scalarType)) {
                    return Program.decoder().call("map_file", path, elements, type);
                }
            });
        }

        private static long scalarType(ElementType type) {
            return switch (type) {
                case F32 -> Program.FLOAT32;
                case BF16 -> Program.BFLOAT16;
                case F16 -> Program.FLOAT16;
            };
        }

        @Override
        public void close() {
            flat.values().forEach(IValue::close);
        }
    }
}
