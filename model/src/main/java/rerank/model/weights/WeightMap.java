package rerank.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The tensors of a checkpoint directory by name, from one safetensors file or from the shards that an index names. */
public final class WeightMap {
    /** The only file of a checkpoint that is not sharded. */
    public static final String SINGLE_FILE = "model.safetensors";

    private static final String INDEX_FILE = "model.safetensors.index.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path checkpoint;
    private final Map<String, StoredTensor> tensors;

    private WeightMap(Path checkpoint, Map<String, StoredTensor> tensors) {
        this.checkpoint = checkpoint;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /**
     * Reads the headers of a checkpoint's files; of the weights themselves nothing is read.
     *
     * @throws CheckpointException if there are none, or one is missing, truncated or inconsistent
     */
    public static WeightMap open(Path checkpoint) {
        if (Files.exists(checkpoint.resolve(SINGLE_FILE))) {
            return new WeightMap(checkpoint, SafeTensorsHeader.read(checkpoint.resolve(SINGLE_FILE)));
        }
        if (Files.exists(checkpoint.resolve(INDEX_FILE))) {
            return new WeightMap(checkpoint, readShards(checkpoint));
        }
        throw new CheckpointException("checkpoint " + checkpoint + " has neither " + SINGLE_FILE + " nor " + INDEX_FILE
                + "; other formats must be converted to safetensors");
    }

    /**
     * Reads the header of one safetensors file that is not a checkpoint of its own, for example an adapter's.
     *
     * @throws CheckpointException if it is missing, truncated or inconsistent
     */
    public static WeightMap ofFile(Path file) {
        return new WeightMap(file, SafeTensorsHeader.read(file));
    }

    private static Map<String, StoredTensor> readShards(Path checkpoint) {
        Path index = checkpoint.resolve(INDEX_FILE);
        JsonNode shardOf = parse(index).path("weight_map");
        if (!shardOf.isObject() || shardOf.isEmpty()) {
            throw new CheckpointException(index + " has no weight_map");
        }
        Map<String, Map<String, StoredTensor>> shards = new HashMap<>();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : shardOf.properties()) {
            String shard = entry.getValue().asText();
            Path file = checkpoint.resolve(shard);
            if (!Files.exists(file)) {
                throw new CheckpointException(index + " names shard " + shard + " for tensor " + entry.getKey()
                        + ", which is not in the directory; fetch the whole checkpoint");
            }
            StoredTensor tensor = shards.computeIfAbsent(
                            shard, name -> SafeTensorsHeader.read(checkpoint.resolve(name)))
                    .get(entry.getKey());
            if (tensor != null) {
                tensors.put(entry.getKey(), tensor);
            }
        }
        return tensors;
    }

    private static JsonNode parse(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new CheckpointException(file + " cannot be read as JSON: " + e.getMessage(), e);
        }
    }

    /** Every tensor of a type we read. */
    public Collection<StoredTensor> all() {
        return tensors.values();
    }

    /**
     * The tensor of this name.
     *
     * @param origin what the expected shape comes from, for the message, for example {@code hidden_size=64}
     * @param expected its dimensions
     * @throws CheckpointException if it is missing or has another shape
     */
    public StoredTensor require(String name, String origin, long... expected) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CheckpointException("checkpoint " + checkpoint + ": tensor " + name + " is missing (or of a type"
                    + " other than " + Arrays.toString(ElementType.values()) + "); expected shape "
                    + text(boxed(expected)) + " from " + origin);
        }
        if (!tensor.shape().equals(boxed(expected))) {
            throw new CheckpointException("checkpoint " + checkpoint + ": tensor " + name + " has shape "
                    + text(tensor.shape()) + ", expected " + text(boxed(expected)) + " from " + origin);
        }
        return tensor;
    }

    private static List<Long> boxed(long... shape) {
        return Arrays.stream(shape).boxed().toList();
    }

    private static String text(List<Long> shape) {
        return shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }
}
