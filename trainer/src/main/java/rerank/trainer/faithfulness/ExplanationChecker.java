package rerank.trainer.faithfulness;

import java.util.List;
import java.util.Optional;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;

/** Takes explanations apart and checks what they claim, by what is known of a data set. Safe for use by several threads. */
@FunctionalInterface
public interface ExplanationChecker {
    /**
     * The claims of an explanation, and those that it owes.
     *
     * @param explanation any text, in any case; may be empty, which owes everything
     * @return empty when nothing is known about the pair, so that there is nothing to check by
     */
    Optional<List<Claim>> check(Query query, Candidate candidate, String explanation);
}
