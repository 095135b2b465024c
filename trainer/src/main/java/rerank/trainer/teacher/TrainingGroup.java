package rerank.trainer.teacher;

import java.util.List;
import rerank.model.ranking.Query;

/**
 * Candidates of one query that are learned together.
 *
 * @param candidates in random order
 */
public record TrainingGroup(Query query, List<LabeledCandidate> candidates) {
    public TrainingGroup {
        candidates = List.copyOf(candidates);
    }
}
