package rerank.model.ranking;

import java.util.Objects;

/**
 * A document that the first stage proposed for a query.
 *
 * @param docId names the document; unique among the candidates of one query
 * @param title may be empty
 * @param text may be empty
 * @param firstStageScore the score it arrived with; any finite scale, higher is better
 * @param firstStageRank its position in the first stage's order, from 1
 */
public record Candidate(String docId, String title, String text, double firstStageScore, int firstStageRank) {
    public Candidate {
        Objects.requireNonNull(docId, "docId");
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(text, "text");
        if (!Double.isFinite(firstStageScore)) {
            throw new IllegalArgumentException(
                    "candidate " + docId + ": first-stage score " + firstStageScore + " is not finite");
        }
    }
}
