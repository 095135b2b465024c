package rerank.model.transformer;

import ai.djl.ndarray.NDArray;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The file that training goes on from: arrays of float32 in a fixed order, each with its length. */
final class TrainingState {
    private static final int FORMAT = 0x52525431;
    private static final int CHUNK = 1 << 16;

    private TrainingState() {}

    /** Writes all arrays; the file appears under its name when it is whole. */
    static void write(Path file, int tensors, List<List<NDArray>> state) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part)))) {
                out.writeInt(FORMAT);
                out.writeInt(tensors);
                for (List<NDArray> arrays : state) {
                    for (NDArray array : arrays) {
                        write(out, array.toFloatArray());
                    }
                }
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("training state " + file + ": cannot be written", e);
        }
    }

    /**
     * Reads what {@link #write} wrote into arrays of the same shapes.
     *
     * @throws IllegalArgumentException if the file is no such state, or that of another shape
     */
    static void read(Path file, int tensors, List<List<NDArray>> state) {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            if (in.readInt() != FORMAT || in.readInt() != tensors) {
                throw new IllegalArgumentException("training state " + file + ": not a state of a model with " + tensors
                        + " trained tensors; was the shape, or what is trained, changed?");
            }
            for (List<NDArray> arrays : state) {
                for (NDArray array : arrays) {
                    array.set(read(in, file, (int) array.size()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("training state " + file + ": cannot be read", e);
        }
    }

    private static void write(DataOutputStream out, float[] values) throws IOException {
        out.writeInt(values.length);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK * Float.BYTES);
        for (int from = 0; from < values.length; from += CHUNK) {
            chunk.clear();
            int n = Math.min(CHUNK, values.length - from);
            chunk.asFloatBuffer().put(values, from, n);
            out.write(chunk.array(), 0, n * Float.BYTES);
        }
    }

    private static float[] read(DataInputStream in, Path file, int expected) throws IOException {
        int length = in.readInt();
        if (length != expected) {
            throw new IllegalArgumentException("training state " + file + ": a tensor of " + length
                    + " numbers where the model has " + expected + "; was the shape changed?");
        }
        float[] values = new float[length];
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK * Float.BYTES);
        for (int from = 0; from < length; from += CHUNK) {
            int n = Math.min(CHUNK, length - from);
            in.readFully(chunk.array(), 0, n * Float.BYTES);
            chunk.clear();
            chunk.asFloatBuffer().get(values, from, n);
        }
        return values;
    }
}
