package rerank.trainer.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Words as sequences of symbols, and how often each pair of neighbours occurs in them.
 *
 * <p>Every pair remembers the words it was seen in, so that a merge rewrites those alone. Counts change in place; the
 * heap holds the counts of when they were pushed and is corrected when such an entry comes to its top: a count that fell
 * is pushed again with its present value, and one that grew was pushed when it grew. Ties go to the pair of the smaller
 * symbols, left one first.
 */
final class PairMerger {
    private final List<int[]> words = new ArrayList<>();
    private final List<Long> wordCounts = new ArrayList<>();
    private final Map<Long, Occurrences> pairs = new HashMap<>();
    private final PriorityQueue<Pair> heap = new PriorityQueue<>();
    private boolean heapIsFilled;

    /** Two symbols side by side and how often they are, in units of weight. */
    record Pair(int left, int right, long count) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            if (count != other.count) {
                return Long.compare(other.count, count);
            }
            return left != other.left ? Integer.compare(left, other.left) : Integer.compare(right, other.right);
        }
    }

    private static final class Occurrences {
        long count;
        int[] words = new int[4];
        int size;

        void addWord(int word) {
            if (size > 0 && words[size - 1] == word) {
                return;
            }
            if (size == words.length) {
                words = Arrays.copyOf(words, 2 * size);
            }
            words[size++] = word;
        }
    }

    /** Adds a word of a text; all words come before the first merge. */
    void addWord(byte[] bytes, long count) {
        int[] symbols = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            symbols[i] = bytes[i] & 0xFF;
        }
        words.add(symbols);
        wordCounts.add(count);
        count(words.size() - 1, +1);
    }

    /** The pair with the highest count, or null when no two symbols are side by side. */
    @Nullable Pair mostFrequent() {
        if (!heapIsFilled) {
            pairs.forEach((key, occurrences) -> push(key, occurrences.count));
            heapIsFilled = true;
        }
        while (!heap.isEmpty()) {
            Pair top = heap.poll();
            Occurrences now = pairs.get(key(top.left, top.right));
            if (now == null || now.count <= 0) {
                continue;
            }
            if (now.count == top.count) {
                return top;
            }
            if (now.count < top.count) {
                push(key(top.left, top.right), now.count);
            }
        }
        return null;
    }

    /** Replaces a pair by one new symbol in every word, from the left. */
    void merge(Pair pair, int symbol) {
        Occurrences occurrences = pairs.remove(key(pair.left, pair.right));
        if (occurrences == null) {
            throw new IllegalArgumentException("pair " + pair + " does not occur");
        }
        for (int i = 0; i < occurrences.size; i++) {
            int word = occurrences.words[i];
            int[] before = words.get(word);
            int[] after = merged(before, pair, symbol);
            if (after.length < before.length) {
                count(word, -1);
                words.set(word, after);
                count(word, +1);
            }
        }
        pairs.remove(key(pair.left, pair.right));
        pushPairsWith(symbol, occurrences);
    }

    /** Only pairs that hold the new symbol can have grown. */
    private void pushPairsWith(int symbol, Occurrences rewritten) {
        Map<Long, Boolean> seen = new HashMap<>();
        for (int i = 0; i < rewritten.size; i++) {
            int[] symbols = words.get(rewritten.words[i]);
            for (int at = 0; at + 1 < symbols.length; at++) {
                if (symbols[at] == symbol || symbols[at + 1] == symbol) {
                    long key = key(symbols[at], symbols[at + 1]);
                    Occurrences now = pairs.get(key);
                    if (now != null && seen.put(key, true) == null) {
                        push(key, now.count);
                    }
                }
            }
        }
    }

    private void count(int word, int sign) {
        int[] symbols = words.get(word);
        long count = sign * wordCounts.get(word);
        for (int i = 0; i + 1 < symbols.length; i++) {
            Occurrences occurrences = pairs.computeIfAbsent(key(symbols[i], symbols[i + 1]), k -> new Occurrences());
            occurrences.count += count;
            if (sign > 0) {
                occurrences.addWord(word);
            }
        }
    }

    private static int[] merged(int[] symbols, Pair pair, int symbol) {
        int[] result = new int[symbols.length];
        int size = 0;
        for (int i = 0; i < symbols.length; i++) {
            boolean match = i + 1 < symbols.length && symbols[i] == pair.left && symbols[i + 1] == pair.right;
            result[size++] = match ? symbol : symbols[i];
            i += match ? 1 : 0;
        }
        return Arrays.copyOf(result, size);
    }

    private void push(long key, long count) {
        if (count > 0) {
            heap.add(new Pair((int) (key >>> 32), (int) key, count));
        }
    }

    private static long key(int left, int right) {
        return ((long) left << 32) | right;
    }
}
