package rerank.trainer.annotation;

import java.util.Map;
import rerank.trainer.example.Origin;

/**
 * What an annotation will do, counted before anything is paid.
 *
 * @param trainQueries queries whose examples are learned from
 * @param devQueries queries whose examples are measured by
 * @param pairs to be annotated, by why they were chosen
 * @param knownLabels pairs whose label is known: each costs one more request where the teacher disagrees
 * @param requests that are certain, each once
 * @param answered of these, paid for earlier
 * @param promptTokens of the others, estimated
 * @param completionTokens of the others, estimated
 * @param isMeasured whether the length of answers is the mean of those paid for; else it is assumed
 * @param cost of the others, estimated; NaN without prices
 * @param mostCost if every answer were as long as may be and the teacher denied every known label; NaN without prices
 */
public record Plan(
        int trainQueries,
        int devQueries,
        Map<Origin, Long> pairs,
        long knownLabels,
        long requests,
        long answered,
        long promptTokens,
        long completionTokens,
        boolean isMeasured,
        double cost,
        double mostCost) {
    public Plan {
        pairs = Map.copyOf(pairs);
    }
}
