package rerank.trainer.learning;

import java.util.Comparator;
import java.util.List;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Query;

/**
 * A query that was answered, what was shown for it and what users did: evidence, not truth.
 *
 * @param query as it was asked
 * @param mode in which its candidates were judged
 * @param modelVersion the weights that served it
 * @param shownAtMs when the ranking was made, in milliseconds since the epoch
 * @param exploredRank the order of the results at this rank and the next was left to a fair coin; 0: none was
 * @param impressions by position, from the top
 */
public record LoggedQuery(
        Query query, Mode mode, String modelVersion, long shownAtMs, int exploredRank, List<Impression> impressions) {
    public LoggedQuery {
        impressions = impressions.stream()
                .sorted(Comparator.comparingInt(Impression::position))
                .toList();
    }
}
