package rerank.model.transformer;

import java.nio.file.Path;

/** A decoder-only transformer with immutable weights. Its calls may come from several threads. */
public final class Transformer implements AutoCloseable {
    /** Loads a Hugging Face checkpoint directory; weights are memory-mapped where they can be. */
    public static Transformer load(Path checkpoint) {
        throw new UnsupportedOperationException("to be written");
    }

    /** The shape. */
    public TransformerConfig config() {
        throw new UnsupportedOperationException("to be written");
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("to be written");
    }
}
