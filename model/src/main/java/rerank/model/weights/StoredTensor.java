package rerank.model.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    private static final int CHUNK = 1 << 18;

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

    /**
     * Reads its numbers as float32, row by row.
     *
     * @throws CheckpointException if the file cannot be read
     */
    public float[] read() {
        float[] values = new float[Math.toIntExact(elements())];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
            long position = offset;
            int at = 0;
            while (at < values.length) {
                chunk.clear();
                chunk.limit((int) Math.min(CHUNK, (long) (values.length - at) * type.sizeBytes()));
                while (chunk.hasRemaining()) {
                    int read = channel.read(chunk, position);
                    if (read < 0) {
                        throw new CheckpointException(file + " ends at byte " + position + " in tensor " + name);
                    }
                    position += read;
                }
                chunk.flip();
                while (chunk.hasRemaining()) {
                    values[at++] = next(chunk);
                }
            }
        } catch (IOException e) {
            throw new CheckpointException(file + " cannot be read: " + e.getMessage(), e);
        }
        return values;
    }

    private float next(ByteBuffer from) {
        return switch (type) {
            case F32 -> from.getFloat();
            case BF16 -> Float.intBitsToFloat(from.getShort() << 16);
            case F16 -> half(from.getShort());
        };
    }

    /** The value of IEEE half-precision bits. */
    static float half(short bits) {
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        float size;
        if (exponent == 0) {
            size = fraction * 0x1p-24f;
        } else if (exponent == 0x1f) {
            size = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
        } else {
            size = Float.intBitsToFloat((exponent + 112) << 23 | fraction << 13);
        }
        return bits < 0 ? -size : size;
    }
}
