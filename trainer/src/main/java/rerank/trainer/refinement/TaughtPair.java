package rerank.trainer.refinement;

import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;

/**
 * A pair with its right label.
 *
 * @param label 0 to 2
 * @param explanation the teacher's; empty where only the label is known
 */
public record TaughtPair(Query query, Candidate candidate, int label, String explanation) {
    /** The teacher's answer. */
    Answer answer() {
        return new Answer(explanation, label, true);
    }
}
