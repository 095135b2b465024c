package rerank.trainer.distillation;

import java.util.SplittableRandom;

/**
 * Visits the items of a collection epoch by epoch, each time in another order: where an index falls is a function of
 * the seed and the index.
 *
 * @param size number of items
 * @param seed of the orders
 */
record Shuffled(int size, long seed) {
    /** The item at an index; a walk with a stride that has no divisor in common with the size meets each item once. */
    int item(long index) {
        long epoch = index / size;
        var random = random(~epoch);
        int stride;
        do {
            stride = 1 + random.nextInt(size);
        } while (greatestCommonDivisor(stride, size) != 1);
        return (int) ((index % size * stride + random.nextInt(size)) % size);
    }

    /** Random numbers of a draw. */
    SplittableRandom random(long index) {
        return new SplittableRandom(new SplittableRandom(seed * 0x9E3779B97F4A7C15L + index).nextLong());
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
