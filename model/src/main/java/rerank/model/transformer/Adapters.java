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
import org.jspecify.annotations.Nullable;
import rerank.model.adapter.AdaptedModule;
import rerank.model.adapter.Adapter;
import rerank.model.weights.StoredTensor;
import rerank.model.weights.WeightMap;

/**
 * Low-rank adapters of one model, side by side with its weights: a sequence names the one it uses, so that several versions
 * cost one model and some small matrices. Immutable; close it when no step uses it.
 */
public final class Adapters implements AutoCloseable {
    private static final Adapters NONE = new Adapters(null, IValue.listFrom(new PtNDArray[0]), 0);

    private final @Nullable PtNDManager manager;
    private final IValue list;
    private final int count;

    private Adapters(@Nullable PtNDManager manager, IValue list, int count) {
        this.manager = manager;
        this.list = list;
        this.count = count;
    }

    /** A matrix [rows, columns], row by row. */
    public record Matrix(int rows, int columns, float[] values) {}

    /**
     * The two factors of what is added to a matrix.
     *
     * @param down [r, in]
     * @param up [out, r], the adapter's scale multiplied in
     */
    public record Factors(Matrix down, Matrix up) {}

    static Adapters none() {
        return NONE;
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    IValue list() {
        return list;
    }

    /**
     * Puts adapters beside a model.
     *
     * @param model whose precision and device they take
     * @param adapters for each adapter its factors by the name of the matrix they belong to, such as {@code
     *     layers.3.self_attn.q_proj}
     */
    public static Adapters of(Transformer model, List<Map<String, Factors>> adapters) {
        PtNDManager manager = Program.newManager();
        List<PtNDArray> all = new ArrayList<>();
        for (Map<String, Factors> adapter : adapters) {
            for (int layer = 0; layer < model.config().layers(); layer++) {
                String name = "layers." + layer + ".";
                add(
                        all,
                        model,
                        manager,
                        adapter,
                        List.of(name + "self_attn.q_proj", name + "self_attn.k_proj", name + "self_attn.v_proj"));
                add(all, model, manager, adapter, List.of(name + "self_attn.o_proj"));
                add(all, model, manager, adapter, List.of(name + "mlp.gate_proj", name + "mlp.up_proj"));
                add(all, model, manager, adapter, List.of(name + "mlp.down_proj"));
            }
        }
        return new Adapters(manager, IValue.listFrom(all.toArray(PtNDArray[]::new)), adapters.size());
    }

    /**
     * Puts adapters in PEFT's layout beside a model.
     *
     * @param directories each with {@code adapter_config.json} and {@code adapter_model.safetensors}
     * @param checkpoint that the model was loaded from; every adapter is held to its shapes
     * @throws rerank.model.weights.CheckpointException naming what does not fit, or is not supported
     */
    public static Adapters load(Transformer model, Path checkpoint, List<Path> directories) {
        WeightMap weights = WeightMap.open(checkpoint);
        return of(
                model,
                directories.stream()
                        .map(directory -> factors(Adapter.read(directory), model.config(), weights))
                        .toList());
    }

    private static Map<String, Factors> factors(Adapter adapter, TransformerConfig config, WeightMap weights) {
        adapter.requireFits(weights);
        Map<String, Factors> factors = new HashMap<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (AdaptedModule module : adapter.config().modules()) {
                String weight = module.weight(layer);
                String name = weight.substring("model.".length(), weight.length() - ".weight".length());
                adapter.beside(weight)
                        .ifPresent(pair -> factors.put(name, new Factors(matrix(pair.a(), 1), matrix(pair.b(), (float)
                                adapter.config().scaling()))));
            }
        }
        return factors;
    }

    private static Matrix matrix(StoredTensor stored, float scale) {
        float[] values = stored.read();
        for (int i = 0; i < values.length; i++) {
            values[i] *= scale;
        }
        return new Matrix(
                stored.shape().get(0).intValue(), stored.shape().get(1).intValue(), values);
    }

    /** Factors of matrices that the model holds as one: the downs one below the other, the ups along the diagonal. */
    private static void add(
            List<PtNDArray> all,
            Transformer model,
            PtNDManager manager,
            Map<String, Factors> adapter,
            List<String> stacked) {
        int rank = 0;
        int in = 0;
        int out = 0;
        for (String name : stacked) {
            Factors factors = adapter.get(name);
            out += outputs(model.config(), name);
            if (factors != null) {
                rank += factors.down().rows();
                in = factors.down().columns();
            }
        }
        float[] down = new float[rank * in];
        float[] up = new float[out * rank];
        int row = 0;
        int column = 0;
        for (String name : stacked) {
            Factors factors = adapter.get(name);
            if (factors != null) {
                int r = factors.down().rows();
                System.arraycopy(factors.down().values(), 0, down, column * in, r * in);
                for (int i = 0; i < factors.up().rows(); i++) {
                    System.arraycopy(factors.up().values(), i * r, up, (row + i) * rank + column, r);
                }
                column += r;
            }
            row += outputs(model.config(), name);
        }
        all.add(model.adapted(manager, down, rank == 0 ? new Shape(0) : new Shape(rank, in)));
        all.add(model.adapted(manager, up, rank == 0 ? new Shape(0) : new Shape(out, rank)));
    }

    private static int outputs(TransformerConfig config, String name) {
        String matrix = name.substring(name.lastIndexOf('.') + 1);
        switch (matrix) {
            case "q_proj":
                return config.heads() * config.headSize();
            case "k_proj":
            case "v_proj":
                return config.keyValueHeads() * config.headSize();
            case "gate_proj":
            case "up_proj":
                return config.feedForwardSize();
            default:
                return config.hiddenSize();
        }
    }

    @Override
    public void close() {
        if (manager != null) {
            list.close();
            manager.close();
        }
    }
}
