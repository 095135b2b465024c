package rerank.model.weights;

import java.nio.file.Path;
import java.util.List;

/**
 * Where a tensor lies in a safetensors file.
 *
 * @param name its name, for example {@code model.norm.weight}
 * @param type how its numbers are stored
 * @param shape its dimensions
 * @param file the file it is in
 * @param offset of its first byte from the beginning of the file
 */
public record StoredTensor(String name, ElementType type, List<Long> shape, Path file, long offset) {
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    /** The product of its dimensions. */
    public long elements() {
        return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
    }

    /** Bytes it takes in the file. */
    public long sizeBytes() {
        return elements() * type.sizeBytes();
    }
}
