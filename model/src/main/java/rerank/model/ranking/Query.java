package rerank.model.ranking;

import java.util.Objects;

/**
 * What a user asks.
 *
 * @param id names the query in topics, runs and qrels
 * @param text the question as asked; never blank
 * @param instruction what counts as relevant, in a sentence; empty selects the prompt template's own wording
 */
public record Query(String id, String text, String instruction) {
    public Query {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(instruction, "instruction");
        if (text.isBlank()) {
            throw new IllegalArgumentException("query " + id + ": its text is blank");
        }
    }

    /** A query whose relevance is what the prompt template says. */
    public Query(String id, String text) {
        this(id, text, "");
    }
}
