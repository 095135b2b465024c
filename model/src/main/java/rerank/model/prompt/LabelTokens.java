package rerank.model.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import rerank.model.tokenizer.Tokenizer;

/**
 * A phrase that leads to a label, or to the identifier of a document, and the tokens that these become right after it.
 *
 * @param phrase token ids that are forced
 * @param labels one token id for each label; distinct
 */
record LabelTokens(int[] phrase, int[] labels) {
    /**
     * Tokenizes the phrase with each label behind it: what all of them begin with is the phrase, and what is left of each
     * is its label. So a space at the end of the phrase goes where the tokenizer puts it.
     *
     * @param what they are, for the message
     * @throws IllegalArgumentException if a label is not one token of its own
     */
    static LabelTokens of(Tokenizer tokenizer, String templateId, String what, String phrase, List<String> labels) {
        List<int[]> encoded = new ArrayList<>();
        for (String label : labels) {
            encoded.add(tokenizer.encodeWithSpecials(phrase + label));
        }
        int[] first = encoded.get(0);
        int common = encoded.stream()
                .skip(1)
                .mapToInt(other -> commonPrefix(first, other))
                .min()
                .orElseThrow();
        int[] tokens = new int[labels.size()];
        for (int i = 0; i < tokens.length; i++) {
            int[] ids = encoded.get(i);
            if (ids.length != common + 1) {
                throw new IllegalArgumentException("prompt template " + templateId + ": after \"" + phrase
                        + "\" the " + what + " \"" + labels.get(i) + "\" is " + (ids.length - common)
                        + " tokens of this"
                        + " checkpoint, " + Arrays.toString(Arrays.copyOfRange(ids, common, ids.length))
                        + "; " + what + "s must be distinct single tokens: use another template or tokenizer");
            }
            tokens[i] = ids[common];
        }
        if (Arrays.stream(tokens).distinct().count() != tokens.length) {
            throw new IllegalArgumentException("prompt template " + templateId + ": " + what + "s " + labels
                    + " are the tokens " + Arrays.toString(tokens) + " of this checkpoint, which are not distinct");
        }
        return new LabelTokens(Arrays.copyOf(first, common), tokens);
    }

    private static int commonPrefix(int[] a, int[] b) {
        int mismatch = Arrays.mismatch(a, b);
        return mismatch < 0 ? a.length : mismatch;
    }
}
