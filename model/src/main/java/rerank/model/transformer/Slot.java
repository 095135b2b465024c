package rerank.model.transformer;

/**
 * A place in a {@link KeyValueCache} for the keys and values of one sequence, or of a prefix that sequences share. Owned by
 * the cache's thread; of no use once released.
 */
public final class Slot {
    private final KeyValueCache.Block block;
    private int row;
    private int used;

    Slot(KeyValueCache.Block block, int row) {
        this.block = block;
        this.row = row;
    }

    /** Positions it has room for. */
    public int capacity() {
        return block.capacity();
    }

    KeyValueCache.Block block() {
        return block;
    }

    int row() {
        return row;
    }

    void moveTo(int newRow) {
        row = newRow;
    }

    /** Leading positions that have been written. */
    int used() {
        return used;
    }

    void wrote(int positions) {
        used = Math.max(used, positions);
    }
}
