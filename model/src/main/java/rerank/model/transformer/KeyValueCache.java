package rerank.model.transformer;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of many sequences of different length, for all layers, within a bound on memory.
 *
 * <p>Slots come in sizes, each about a third larger than the one before; slots of one size and purpose are the rows of one
 * block, which doubles when it is full and gives rows back when memory is short. Rows in use are always the first ones of
 * their block: a released row is filled with the last one, at the price of copying it. So attention runs over a block's
 * rows where they lie, whatever sequences come and go, and a short sequence next to a long one wastes nothing.
 *
 * <p>Belongs to one thread. Close it, before the transformer.
 */
public final class KeyValueCache implements AutoCloseable {
    private static final int SMALLEST = 32;

    /** What a slot is for; the two are looked at in different ways, so they do not share blocks. */
    public enum Purpose {
        /** A sequence, whose tokens come one by one in the end. */
        SEQUENCE,
        /** A prefix that several sequences look at. */
        PREFIX
    }

    private final PtNDManager manager;
    private final IValue shape;
    private final IValue weights;
    private final long bytesPerPosition;
    private final long limitBytes;
    private final List<Block> blocks = new ArrayList<>();
    private @Nullable IValue tensors;

    KeyValueCache(
            TransformerConfig config,
            Precision precision,
            PtNDManager parent,
            IValue shape,
            IValue weights,
            long limit) {
        this.manager = (PtNDManager) parent.newSubManager();
        this.shape = shape;
        this.weights = weights;
        this.bytesPerPosition = config.cacheBytesPerToken(precision);
        this.limitBytes = limit;
    }

    /**
     * Finds or makes room for some positions.
     *
     * @return null if that would pass the bound on memory, or the machine has none left, even after giving back what is free
     */
    public @Nullable Slot allocate(Purpose purpose, int positions) {
        int capacity = capacityFor(positions);
        Block block = block(purpose, capacity);
        if (block.slots.size() == block.rows && !grow(block)) {
            return null;
        }
        Slot slot = new Slot(block, block.slots.size());
        block.slots.add(slot);
        return slot;
    }

    /** Gives a slot back. The slot that was last in its block moves to its place. */
    public void release(Slot slot) {
        Block block = slot.block();
        Slot last = block.slots.remove(block.slots.size() - 1);
        if (last != slot) {
            copy(last, slot, last.used());
            block.slots.set(slot.row(), last);
            last.moveTo(slot.row());
        }
    }

    /** Copies the first positions of a slot to another one. */
    public void copy(Slot source, Slot target, int positions) {
        if (positions > 0) {
            try (IValue from = IValue.from((long) source.row());
                    IValue to = IValue.from((long) target.row());
                    IValue count = IValue.from((long) positions)) {
                Program.decoder()
                        .call(
                                "copy_row",
                                source.block().list(),
                                from,
                                target.block().list(),
                                to,
                                count)
                        .close();
            }
        }
        target.wrote(positions);
    }

    /** Removes what is not a number, which even a mask would let through. */
    public void clear(Slot slot) {
        try (IValue row = IValue.from((long) slot.row())) {
            Program.decoder().call("clear_row", slot.block().list(), row).close();
        }
    }

    /** Memory held. */
    public long bytes() {
        return blocks.stream().mapToLong(Block::bytes).sum();
    }

    /** The bound on it. */
    public long limitBytes() {
        return limitBytes;
    }

    /** Memory of slots in use. */
    public long bytesInUse() {
        return blocks.stream()
                .mapToLong(block -> (long) block.slots.size() * block.capacity * bytesPerPosition)
                .sum();
    }

    /** Memory of a slot for some positions in a cache of some model, which need not be loaded. */
    public static long bytesOf(int positions, TransformerConfig config, Precision precision) {
        return capacityFor(positions) * config.cacheBytesPerToken(precision);
    }

    /** Memory of a slot for some positions. */
    public long bytesOf(int positions) {
        return capacityFor(positions) * bytesPerPosition;
    }

    /** Sizes 32, 48, 64, 96, 128, 192 and so on: steps of a half and a third in turn. */
    static int capacityFor(int positions) {
        int size = SMALLEST;
        while (size < positions) {
            if (size + size / 2 >= positions) {
                return size + size / 2;
            }
            size *= 2;
        }
        return size;
    }

    private Block block(Purpose purpose, int capacity) {
        for (Block block : blocks) {
            if (block.purpose == purpose && block.capacity == capacity) {
                return block;
            }
        }
        Block block = new Block(purpose, capacity);
        blocks.add(block);
        return block;
    }

    /** Doubles a block's rows; where that is too much, adds a row; where even that is, gives back what is free first. */
    private boolean grow(Block block) {
        long rowBytes = block.capacity * bytesPerPosition;
        if (bytes() + rowBytes > limitBytes) {
            giveBack(block);
        }
        long free = (limitBytes - bytes()) / rowBytes;
        if (free < 1) {
            return false;
        }
        int more = (int) Math.min(free, Math.max(1, block.rows));
        if (resized(block, block.rows + more)) {
            return true;
        }
        giveBack(block);
        return resized(block, block.rows + 1);
    }

    /** False, and nothing has changed, if the machine has no memory left. */
    private static boolean resized(Block block, int rows) {
        try {
            block.resize(rows);
            return true;
        } catch (RuntimeException | OutOfMemoryError e) {
            if (!Transformer.isOutOfMemory(e)) {
                throw e;
            }
            return false;
        }
    }

    private void giveBack(Block needy) {
        for (Block block : List.copyOf(blocks)) {
            if (block != needy && block.slots.size() < block.rows) {
                resized(block, block.slots.size());
            }
        }
        blocks.removeIf(block -> block != needy && block.rows == 0);
        forgetTensors();
    }

    /** All tensors in the order of {@link #indexOf}: for each block one a layer. */
    IValue tensors() {
        if (tensors == null) {
            tensors = IValue.listFrom(blocks.stream()
                    .flatMap(block -> Arrays.stream(block.tensors))
                    .toArray(PtNDArray[]::new));
        }
        return tensors;
    }

    /** A block's number among those of {@link #tensors}; blocks that have no rows yet have none. */
    int indexOf(Block block) {
        int index = 0;
        for (Block one : blocks) {
            if (one == block) {
                return index;
            }
            index += one.tensors.length == 0 ? 0 : 1;
        }
        throw new IllegalStateException("a slot of another cache");
    }

    private void forgetTensors() {
        if (tensors != null) {
            tensors.close();
            tensors = null;
        }
    }

    @Override
    public void close() {
        forgetTensors();
        blocks.forEach(Block::free);
        manager.close();
    }

    /** The slots of one purpose and size: tensors [rows, 2 K, capacity, D], of which the first rows are in use. */
    final class Block {
        private final Purpose purpose;
        private final int capacity;
        private final List<Slot> slots = new ArrayList<>();
        private int rows;
        private PtNDArray[] tensors = new PtNDArray[0];
        private IValue list = IValue.listFrom(tensors);

        private Block(Purpose purpose, int capacity) {
            this.purpose = purpose;
            this.capacity = capacity;
        }

        int capacity() {
            return capacity;
        }

        IValue list() {
            return list;
        }

        long bytes() {
            return rows * capacity * bytesPerPosition;
        }

        private void resize(int newRows) {
            if (newRows == 0) {
                free();
            } else {
                try (IValue rowCount = IValue.from((long) newRows);
                        IValue room = IValue.from((long) capacity);
                        IValue grown = Program.decoder().call("new_block", list, rowCount, room, shape, weights)) {
                    PtNDArray[] made = grown.toTensorArray(manager);
                    free();
                    tensors = made;
                }
            }
            list = IValue.listFrom(tensors);
            rows = newRows;
            forgetTensors();
        }

        private void free() {
            list.close();
            for (PtNDArray tensor : tensors) {
                tensor.close();
            }
            tensors = new PtNDArray[0];
        }
    }
}
