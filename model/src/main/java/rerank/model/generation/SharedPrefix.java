package rerank.model.generation;

import java.util.Arrays;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.transformer.Slot;
import rerank.model.transformer.Turn;

/** The first tokens of several prompts, with the keys and values that the model made of them. Owned by its store. */
final class SharedPrefix {
    private final Key key;
    private final int[] tokenIds;
    private final int[] tokenTypes;
    private final Slot slot;
    private final Turn.Prefix prefix;
    private int fed;
    private int users;

    /** By what prefixes are told apart: tokens, their types, and the adapter that read them. */
    record Key(int[] ids, int[] types, int adapter) {
        static Key of(int[] tokenIds, int[] tokenTypes, int length, int adapter) {
            return new Key(Arrays.copyOf(tokenIds, length), Arrays.copyOf(tokenTypes, length), adapter);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key
                    && adapter == key.adapter
                    && Arrays.equals(ids, key.ids)
                    && Arrays.equals(types, key.types);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(ids) + adapter;
        }
    }

    /**
     * A prefix of which the model has seen the first tokens.
     *
     * @param fed how many; their keys and values are in the slot
     */
    SharedPrefix(Key key, Slot slot, int fed) {
        this.key = key;
        this.tokenIds = key.ids();
        this.tokenTypes = key.types();
        this.slot = slot;
        this.fed = fed;
        this.prefix = new Turn.Prefix(slot, tokenIds.length);
    }

    /** Whether a request's prompt begins with it. */
    boolean isPrefixOf(GenerationRequest request) {
        EncodedPrompt prompt = request.prompt();
        return prompt.tokenIds().length >= length()
                && Key.of(prompt.tokenIds(), prompt.tokenTypes(), length(), request.adapter())
                        .equals(key);
    }

    Key key() {
        return key;
    }

    Slot slot() {
        return slot;
    }

    int length() {
        return tokenIds.length;
    }

    boolean isReady() {
        return fed == tokenIds.length;
    }

    /** Its next tokens, at most so many. */
    Turn turn(int most) {
        int count = Math.min(most, tokenIds.length - fed);
        return new Turn(tokenIds, tokenTypes, fed, count, slot, null, Turn.Read.NOTHING, 0, key.adapter());
    }

    void took(Turn turn) {
        fed += turn.count();
    }

    Turn.Prefix asPrefix() {
        return prefix;
    }

    void addUser() {
        users++;
    }

    void removeUser() {
        users--;
    }

    boolean isUsed() {
        return users > 0;
    }
}
