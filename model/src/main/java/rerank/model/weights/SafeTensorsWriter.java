package rerank.model.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Writes safetensors files, in float32 or bfloat16. The file appears under its name only when it is whole, so that a
 * reader that has mapped an older one keeps it.
 */
public final class SafeTensorsWriter {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHUNK = 1 << 16;

    private SafeTensorsWriter() {}

    /**
     * A tensor to write.
     *
     * @param name its name in the file
     * @param shape its dimensions
     * @param values asked once, when its turn comes; as many numbers as the shape says, rows first
     */
    public record Tensor(String name, List<Long> shape, Supplier<float[]> values) {
        public Tensor {
            shape = List.copyOf(shape);
        }

        private long elements() {
            return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
        }
    }

    /**
     * Writes a file, replacing one of the same name.
     *
     * @param type {@link ElementType#F32} or {@link ElementType#BF16}, which rounds to nearest even
     * @throws IllegalArgumentException for another type, or a tensor whose values do not fill its shape
     */
    public static void write(Path file, List<Tensor> tensors, ElementType type) {
        if (type == ElementType.F16) {
            throw new IllegalArgumentException("weights are written as F32 or BF16, not F16");
        }
        try {
            Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
            try {
                writeTo(part, tensors, type);
                moveInto(part, file);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file + ": " + e.getMessage(), e);
        }
    }

    private static void moveInto(Path part, Path file) throws IOException {
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void writeTo(Path file, List<Tensor> tensors, ElementType type) throws IOException {
        byte[] header = header(tensors, type);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            out.write(length.putLong(0, header.length).array());
            out.write(header);
            for (Tensor tensor : tensors) {
                float[] values = tensor.values().get();
                if (values.length != tensor.elements()) {
                    throw new IllegalArgumentException("tensor " + tensor.name() + " of shape " + tensor.shape()
                            + " was given " + values.length + " values");
                }
                writeValues(out, values, type);
            }
        }
    }

    /** The JSON header, padded with blanks so that the tensors begin at a multiple of eight bytes. */
    private static byte[] header(List<Tensor> tensors, ElementType type) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        long begin = 0;
        for (Tensor tensor : tensors) {
            long end = begin + tensor.elements() * type.sizeBytes();
            ObjectNode entry = header.putObject(tensor.name()).put("dtype", type.name());
            tensor.shape().forEach(entry.withArray("shape")::add);
            entry.putArray("data_offsets").add(begin).add(end);
            begin = end;
        }
        byte[] json = JSON.writeValueAsBytes(header);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    private static void writeValues(OutputStream out, float[] values, ElementType type) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK * type.sizeBytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < values.length; from += CHUNK) {
            chunk.clear();
            for (int i = from; i < Math.min(from + CHUNK, values.length); i++) {
                if (type == ElementType.F32) {
                    chunk.putFloat(values[i]);
                } else {
                    chunk.putShort(bfloat16(values[i]));
                }
            }
            out.write(chunk.array(), 0, chunk.position());
        }
    }

    /** The upper half of a float's bits, rounded to nearest, ties to even; NaN stays NaN. */
    static short bfloat16(float value) {
        int bits = Float.floatToIntBits(value);
        if (Float.isNaN(value)) {
            return (short) 0x7FC0;
        }
        int roundUp = 0x7FFF + ((bits >>> 16) & 1);
        return (short) ((bits + roundUp) >>> 16);
    }
}
