package rerank.cli.replay;

import java.util.ArrayList;
import java.util.List;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.DatasetException;

/**
 * A query and what the first stage proposed for it.
 *
 * @param query the query
 * @param candidates in first-stage order; not empty
 */
public record RerankRequest(Query query, List<Candidate> candidates) {
    public RerankRequest {
        candidates = List.copyOf(candidates);
    }

    /**
     * The judged queries of a split that have candidates, in the order of its qrels.
     *
     * @param limit at most this many queries; 0 for all
     * @param depth at most this many candidates for each
     * @throws DatasetException when the data set has no such split, or no candidates for any of its queries
     */
    public static List<RerankRequest> of(Dataset data, String split, int limit, int depth) {
        List<RerankRequest> requests = new ArrayList<>();
        for (Query query : data.queries(split)) {
            List<Candidate> candidates = data.candidates(query.id(), depth);
            if (!candidates.isEmpty()) {
                requests.add(new RerankRequest(query, candidates));
            }
            if (requests.size() == limit) {
                break;
            }
        }
        if (requests.isEmpty()) {
            throw new DatasetException("data set " + data.name() + ": its first-stage run holds no candidates for the"
                    + " queries of split " + split);
        }
        return List.copyOf(requests);
    }
}
