package rerank.trainer.dataset;

import java.util.Objects;

/**
 * A document of a corpus.
 *
 * @param id unique in its corpus
 * @param title may be empty
 * @param text may be empty
 */
public record Document(String id, String title, String text) {
    public Document {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(text, "text");
    }
}
