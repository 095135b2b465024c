package rerank.trainer.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Trains a byte-level byte-pair encoding (Sennrich et al., "Neural Machine Translation of Rare Words with Subword
 * Units", 2016) that never merges across words, numbers or signs.
 *
 * <p>Texts are counted first, so that the cost of training is that of the distinct words; see {@link PairMerger} for
 * the merging. The same texts, weights and settings give the same vocabulary in any order of {@link #add}. Owned by one
 * thread.
 */
public final class BytePairTrainer {
    private static final int BYTES = 256;

    /** Weights are counted in thousandths, as integers: sums of them do not depend on their order. */
    private static final double UNIT = 1000;

    private final int vocabularySize;
    private final List<String> specialTokens;
    private final Map<String, long[]> counts = new HashMap<>();

    /** Told after every merge. */
    @FunctionalInterface
    public interface Progress {
        /** Called with the merges found so far and the number wanted. */
        void merged(int done, int wanted);
    }

    /**
     * A trainer without texts.
     *
     * @param vocabularySize ids wanted in all: special tokens, 256 bytes and merges
     * @param specialTokens get the first ids, in this order
     */
    public BytePairTrainer(int vocabularySize, List<String> specialTokens) {
        int least = specialTokens.size() + BYTES;
        if (vocabularySize < least) {
            throw new IllegalArgumentException("a vocabulary of " + vocabularySize + " is too small for "
                    + specialTokens.size() + " special tokens and 256 bytes; use at least " + least);
        }
        this.vocabularySize = vocabularySize;
        this.specialTokens = List.copyOf(specialTokens);
    }

    /**
     * Counts the words of a text.
     *
     * @param weight how much each of its words counts; resolved to thousandths, not negative
     */
    public BytePairTrainer add(String text, double weight) {
        if (!(weight >= 0 && weight < 1e6)) {
            throw new IllegalArgumentException("weight must be in [0, 1e6), was " + weight);
        }
        long units = Math.round(weight * UNIT);
        TextSplitter.split(text, word -> counts.computeIfAbsent(word, w -> new long[1])[0] += units);
        return this;
    }

    /**
     * Merges the most frequent pair again and again until the vocabulary has the size wanted, or no pair is left that
     * weighs as much as two words of weight 1.
     */
    public BytePairVocabulary train(Progress progress) {
        int firstByte = specialTokens.size();
        List<byte[]> pieces = new ArrayList<>();
        for (int b = 0; b < BYTES; b++) {
            pieces.add(new byte[] {(byte) b});
        }
        PairMerger merger = new PairMerger();
        new TreeMap<>(counts).forEach((word, count) -> merger.addWord(word.getBytes(StandardCharsets.UTF_8), count[0]));
        int wanted = vocabularySize - firstByte - BYTES;
        List<BytePairVocabulary.Merge> merges = new ArrayList<>();
        while (merges.size() < wanted) {
            PairMerger.Pair best = merger.mostFrequent();
            if (best == null || best.count() < 2 * UNIT) {
                break;
            }
            merger.merge(best, BYTES + merges.size());
            byte[] left = pieces.get(best.left());
            byte[] right = pieces.get(best.right());
            merges.add(new BytePairVocabulary.Merge(left, right));
            pieces.add(merges.get(merges.size() - 1).merged());
            progress.merged(merges.size(), wanted);
        }
        return new BytePairVocabulary(specialTokens, merges);
    }
}
