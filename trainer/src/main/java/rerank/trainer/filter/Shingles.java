package rerank.trainer.filter;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * A MinHash signature of a text's runs of three words (Broder, "On the resemblance and containment of documents", 1997): the
 * share of equal places in two signatures estimates the Jaccard similarity of their sets of runs, with a standard error of at
 * most 0.07. A text of fewer words is one run.
 */
record Shingles(int[] signature) {
    static final int SIZE = 64;

    private static final int WORDS = 3;

    static Shingles of(String text) {
        String[] words = text.toLowerCase(Locale.ROOT).strip().split("[^\\p{L}\\p{N}]+");
        int[] least = new int[SIZE];
        Arrays.fill(least, Integer.MAX_VALUE);
        for (int start = 0; start == 0 || start + WORDS <= words.length; start++) {
            String run = String.join(" ", Arrays.copyOfRange(words, start, Math.min(words.length, start + WORDS)));
            long hash = hash(run);
            for (int i = 0; i < SIZE; i++) {
                least[i] = Math.min(least[i], (int) (mix(hash + i * 0x9E3779B97F4A7C15L) >>> 33));
            }
        }
        return new Shingles(least);
    }

    /** Estimated Jaccard similarity, 0 to 1. */
    double similarity(Shingles other) {
        int same = 0;
        for (int i = 0; i < SIZE; i++) {
            same += signature[i] == other.signature[i] ? 1 : 0;
        }
        return (double) same / SIZE;
    }

    /** FNV-1a. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
