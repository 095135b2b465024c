package rerank.model.tokenizer;

import java.nio.file.Path;
import java.util.OptionalInt;

/** A checkpoint's {@code tokenizer.json}, run by the Hugging Face tokenizers library. Safe for use by several threads. */
public final class Tokenizer implements AutoCloseable {
    /**
     * Token ids with where each came from.
     *
     * @param ids token ids
     * @param starts for each token the index of its first UTF-16 unit in the text
     * @param ends for each token the index after its last UTF-16 unit
     */
    public record Encoded(int[] ids, int[] starts, int[] ends) {}

    /** Reads {@code tokenizer.json} (and {@code tokenizer_config.json} if present) of a checkpoint directory. */
    public static Tokenizer load(Path checkpoint) {
        throw new UnsupportedOperationException("to be written");
    }

    /** Encodes plain text: no special tokens are added, and text that spells one is not turned into it. */
    public Encoded encode(String text) {
        throw new UnsupportedOperationException("to be written");
    }

    /** Encodes text of our own making (templates), where special tokens are written by name. */
    public int[] encodeWithSpecials(String text) {
        throw new UnsupportedOperationException("to be written");
    }

    /** Decodes token ids to text. */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        throw new UnsupportedOperationException("to be written");
    }

    /** The id of a token given by its exact name, special or not. */
    public OptionalInt idOf(String token) {
        throw new UnsupportedOperationException("to be written");
    }

    /** Number of ids, added tokens included. */
    public int vocabularySize() {
        throw new UnsupportedOperationException("to be written");
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("to be written");
    }
}
