package rerank.model.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.util.Arrays;

/**
 * What a tokenizer's post-processor puts around two texts, found by asking it for a pair: the tokens before the first,
 * between them and after the second, each with its type, and the types of the texts.
 */
record PairTemplate(int[] ids, int[] types, int firstAt, int secondAt, int firstType, int secondType) {
    private static final String PROBE = "a";

    /**
     * Asks a tokenizer.
     *
     * @throws IllegalArgumentException if it puts nothing between two texts
     */
    static PairTemplate of(HuggingFaceTokenizer tokenizer) {
        Encoding pair = tokenizer.encode(PROBE, PROBE, true, false);
        long[] special = pair.getSpecialTokenMask();
        int[] ids = new int[special.length];
        int[] types = new int[special.length];
        int[] at = {-1, -1};
        int[] textTypes = new int[2];
        int count = 0;
        int texts = 0;
        for (int i = 0; i < special.length; i++) {
            if (special[i] != 0) {
                ids[count] = Math.toIntExact(pair.getIds()[i]);
                types[count++] = Math.toIntExact(pair.getTypeIds()[i]);
            } else if (i == 0 || special[i - 1] != 0) {
                if (texts < 2) {
                    at[texts] = count;
                    textTypes[texts] = Math.toIntExact(pair.getTypeIds()[i]);
                }
                texts++;
            }
        }
        if (texts != 2) {
            throw new IllegalArgumentException(
                    "the post-processor of tokenizer.json puts no special token between query"
                            + " and document, as cross-encoders need it; fetch the whole checkpoint");
        }
        return new PairTemplate(
                Arrays.copyOf(ids, count), Arrays.copyOf(types, count), at[0], at[1], textTypes[0], textTypes[1]);
    }

    /** The texts with the special tokens around them. */
    PairTokens fill(int[] first, int[] second) {
        int[] filledIds = new int[ids.length + first.length + second.length];
        int[] filledTypes = new int[filledIds.length];
        int at = 0;
        for (int i = 0; i <= ids.length; i++) {
            if (i == firstAt) {
                at = put(first, firstType, filledIds, filledTypes, at);
            }
            if (i == secondAt) {
                at = put(second, secondType, filledIds, filledTypes, at);
            }
            if (i < ids.length) {
                filledIds[at] = ids[i];
                filledTypes[at++] = types[i];
            }
        }
        return new PairTokens(filledIds, filledTypes);
    }

    private static int put(int[] text, int type, int[] ids, int[] types, int at) {
        System.arraycopy(text, 0, ids, at, text.length);
        Arrays.fill(types, at, at + text.length, type);
        return at + text.length;
    }
}
