package rerank.model.adapter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import rerank.model.weights.CheckpointException;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;
import rerank.model.weights.StoredTensor;
import rerank.model.weights.WeightMap;

/**
 * An adapter in PEFT's layout: its shape, and where its matrices lie. Which model it fits is for {@link #requireFits} to
 * say.
 */
public final class Adapter {
    /** PEFT's file of the matrices. */
    public static final String WEIGHTS_FILE = "adapter_model.safetensors";

    /** PEFT's file of the shape. */
    public static final String CONFIG_FILE = "adapter_config.json";

    /**
     * The adapter of one matrix W [out, in].
     *
     * @param a A, [r, in]
     * @param b B, [out, r]
     */
    public record LowRank(StoredTensor a, StoredTensor b) {}

    private final Path directory;
    private final AdapterConfig config;

    /** By the name of the matrix that it stands beside. */
    private final Map<String, LowRank> byWeight;

    private Adapter(Path directory, AdapterConfig config, Map<String, LowRank> byWeight) {
        this.directory = directory;
        this.config = config;
        this.byWeight = byWeight;
    }

    /**
     * Reads an adapter's config and the header of its weights.
     *
     * @throws CheckpointException if something is missing or inconsistent, or a key asks for what is not supported
     */
    public static Adapter read(Path directory) {
        AdapterConfig config = AdapterConfigFile.read(directory.resolve(CONFIG_FILE));
        Map<String, StoredTensor> left = new TreeMap<>();
        WeightMap.ofFile(directory.resolve(WEIGHTS_FILE)).all().forEach(tensor -> left.put(tensor.name(), tensor));
        Map<String, LowRank> byWeight = new HashMap<>();
        for (int layer = 0; isIn(left, config, layer); layer++) {
            for (AdaptedModule module : config.modules()) {
                byWeight.put(
                        module.weight(layer),
                        new LowRank(
                                take(directory, left, module.adapterWeight(layer, 'A'), 0, config.rank()),
                                take(directory, left, module.adapterWeight(layer, 'B'), 1, config.rank())));
            }
        }
        if (!left.isEmpty()) {
            throw new CheckpointException("adapter " + directory + ": tensor "
                    + left.keySet().iterator().next() + " belongs to none of its target_modules in layers 0 to "
                    + (byWeight.size() / config.modules().size() - 1));
        }
        if (byWeight.isEmpty()) {
            throw new CheckpointException("adapter " + directory + ": " + WEIGHTS_FILE + " holds no tensors");
        }
        return new Adapter(directory, config, byWeight);
    }

    /** Whether there is anything of a layer. */
    private static boolean isIn(Map<String, StoredTensor> left, AdapterConfig config, int layer) {
        return config.modules().stream()
                .anyMatch(module -> left.containsKey(module.adapterWeight(layer, 'A'))
                        || left.containsKey(module.adapterWeight(layer, 'B')));
    }

    private static StoredTensor take(
            Path directory, Map<String, StoredTensor> left, String name, int rankDimension, int rank) {
        StoredTensor tensor = left.remove(name);
        if (tensor == null) {
            throw new CheckpointException("adapter " + directory + ": tensor " + name + " is missing");
        }
        if (tensor.shape().size() != 2 || tensor.shape().get(rankDimension) != rank) {
            throw new CheckpointException("adapter " + directory + ": tensor " + name + " has shape " + tensor.shape()
                    + ", expected r=" + rank + " as dimension " + rankDimension);
        }
        return tensor;
    }

    /** Writes an adapter directory, as float32; matrices are named by {@link AdaptedModule#adapterWeight}. */
    public static void write(Path directory, AdapterConfig config, List<SafeTensorsWriter.Tensor> matrices) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("adapter " + directory + ": cannot be made", e);
        }
        AdapterConfigFile.write(config, directory.resolve(CONFIG_FILE));
        SafeTensorsWriter.write(directory.resolve(WEIGHTS_FILE), matrices, ElementType.F32);
    }

    /** The shape. */
    public AdapterConfig config() {
        return config;
    }

    /** Layers that it covers, from the first. */
    public int layers() {
        return byWeight.size() / config.modules().size();
    }

    /** The adapter beside a matrix, by the matrix' name in a checkpoint; empty where there is none. */
    public Optional<LowRank> beside(String weight) {
        return Optional.ofNullable(byWeight.get(weight));
    }

    /**
     * Checks that every matrix of the adapter stands beside one of the model, of the right shape.
     *
     * @throws CheckpointException naming the first that does not
     */
    public void requireFits(WeightMap model) {
        new TreeMap<>(byWeight)
                .forEach((name, matrix) -> model.require(
                        name,
                        "adapter " + directory,
                        matrix.b().shape().get(0),
                        matrix.a().shape().get(1)));
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
