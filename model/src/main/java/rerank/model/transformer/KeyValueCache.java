package rerank.model.transformer;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.stream.IntStream;

/**
 * Keys and values of a batch of sequences that are being decoded, for all layers; each row has its own length, which
 * its user knows. Native memory: rows x capacity x {@link TransformerConfig#cacheBytesPerToken}.
 *
 * <p>Belongs to one thread. Close it.
 */
public final class KeyValueCache implements AutoCloseable {
    private final PtNDManager manager;
    private int rows;
    private int capacity;
    private IValue keys;
    private IValue values;

    /** Made by {@link Transformer#newCache}. */
    KeyValueCache(PtNDManager manager, int rows, int capacity, IValue keys, IValue values) {
        this.manager = manager;
        this.rows = rows;
        this.capacity = capacity;
        this.keys = keys;
        this.values = values;
    }

    /** Sequences it holds. */
    public int rows() {
        return rows;
    }

    /** Positions each row has room for. */
    public int capacity() {
        return capacity;
    }

    /**
     * Keeps some rows, in the order given, and changes the room they have. Copies what it keeps.
     *
     * @param kept row numbers
     * @param used leading positions that matter in any kept row
     * @param newCapacity at least {@code used}
     */
    public void keep(int[] kept, int used, int newCapacity) {
        if (used > newCapacity || used > capacity) {
            throw new IllegalArgumentException(
                    "cannot keep " + used + " positions of " + capacity + " in " + newCapacity);
        }
        long[] indices = IntStream.of(kept).asLongStream().toArray();
        try (PtNDArray rowNumbers = (PtNDArray) manager.create(indices, new Shape(indices.length));
                IValue take = IValue.from(rowNumbers);
                IValue positions = IValue.from((long) used);
                IValue room = IValue.from((long) newCapacity)) {
            keys = replace(keys, take, positions, room);
            values = replace(values, take, positions, room);
        }
        rows = kept.length;
        capacity = newCapacity;
    }

    private static IValue replace(IValue old, IValue take, IValue used, IValue room) {
        IValue taken = Program.decoder().call("take_cache", old, take, used, room);
        old.close();
        return taken;
    }

    /** One tensor [rows, K, capacity, D] for each layer. */
    IValue keys() {
        return keys;
    }

    /** One tensor [rows, K, capacity, D] for each layer. */
    IValue values() {
        return values;
    }

    @Override
    public void close() {
        keys.close();
        values.close();
    }
}
