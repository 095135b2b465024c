package rerank.model.transformer;

import org.jspecify.annotations.Nullable;

/**
 * What one sequence brings to a step: some of its tokens, the next ones that the model has not seen.
 *
 * @param tokenIds all tokens of the sequence, those of its prefix among them
 * @param tokenTypes of the same tokens; types beyond the array's end are 0
 * @param from index of the first token it brings, which is also the token's position
 * @param count how many it brings; at least 1
 * @param slot where their keys and values are kept; null if nothing comes after them
 * @param prefix the shared prefix that it begins with; null for none
 * @param read what is read after its last token
 * @param uniform in [0, 1): decides the sample where one is drawn
 * @param adapter which low-rank adapter it uses; -1 for none
 * @param allowed where a token is sampled, those that it may be; null for all
 */
public record Turn(
        int[] tokenIds,
        int[] tokenTypes,
        int from,
        int count,
        @Nullable Slot slot,
        @Nullable Prefix prefix,
        Read read,
        float uniform,
        int adapter,
        int @Nullable [] allowed) {
    /** What is read from the distribution after a token. */
    public enum Read {
        /** Nothing: more tokens of the sequence follow. */
        NOTHING,
        /** The next token. */
        SAMPLE,
        /** The logits of the tokens asked for. */
        SCORE
    }

    /**
     * Keys and values of the first tokens of several sequences.
     *
     * @param slot holds them
     * @param length how many tokens; at least 1
     */
    public record Prefix(Slot slot, int length) {}

    public Turn {
        int own = from - (prefix == null ? 0 : prefix.length());
        if (count < 1 || own < 0 || from + count > tokenIds.length) {
            throw new IllegalArgumentException("a turn of " + count + " tokens from " + from + " of " + tokenIds.length
                    + (prefix == null ? "" : " after a prefix of " + prefix.length()));
        }
        if (slot == null ? own > 0 : own + count > slot.capacity()) {
            throw new IllegalArgumentException("a turn up to position " + (own + count) + " of its own does not fit "
                    + (slot == null ? "without a slot" : "a slot of " + slot.capacity()));
        }
        if (allowed != null && (allowed.length == 0 || read != Read.SAMPLE)) {
            throw new IllegalArgumentException("a turn that reads " + read + " may be followed by one of "
                    + allowed.length + " tokens; at least one is needed where one is sampled, and none elsewhere");
        }
    }

    /** A turn after which any token may come. */
    public Turn(
            int[] tokenIds,
            int[] tokenTypes,
            int from,
            int count,
            @Nullable Slot slot,
            @Nullable Prefix prefix,
            Read read,
            float uniform,
            int adapter) {
        this(tokenIds, tokenTypes, from, count, slot, prefix, read, uniform, adapter, null);
    }

    /** A whole prompt by itself, nothing kept. */
    public static Turn alone(int[] tokenIds, int[] tokenTypes, Read read) {
        return new Turn(tokenIds, tokenTypes, 0, tokenIds.length, null, null, read, 0, -1);
    }

    /** Tokens of its own, beside those of the prefix, that it has brought before. */
    int cached() {
        return from - (prefix == null ? 0 : prefix.length());
    }

    int tokenType(int index) {
        return index < tokenTypes.length ? tokenTypes[index] : 0;
    }
}
