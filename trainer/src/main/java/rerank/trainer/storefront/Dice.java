package rerank.trainer.storefront;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random choices of one seed. Belongs to one thread. */
final class Dice {
    private final Random random;

    /** Dice whose throws depend on the seed and the stream's number alone. */
    Dice(long seed, long stream) {
        long mixed = (seed * 0x9E3779B97F4A7C15L + stream) * 0xBF58476D1CE4E5B9L;
        this.random = new Random(mixed ^ (mixed >>> 31));
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    <T> List<T> shuffled(List<T> items) {
        List<T> copy = new ArrayList<>(items);
        Collections.shuffle(copy, random);
        return copy;
    }

    /** Picks a key with a probability proportional to its weight; the order of the map matters. */
    <T> T weighted(Map<T, Integer> weights) {
        int left = random.nextInt(
                weights.values().stream().mapToInt(Integer::intValue).sum());
        for (var entry : weights.entrySet()) {
            left -= entry.getValue();
            if (left < 0) {
                return entry.getKey();
            }
        }
        throw new IllegalStateException("weights changed while they were read");
    }
}
