package rerank.model.ranking;

import java.util.List;

/**
 * Some candidates of a query, to be put in order by looking at all of them at once.
 *
 * @param query the query
 * @param candidates in the order they have now; 1 to {@value #MOST}
 */
public record CandidateWindow(Query query, List<Candidate> candidates) implements Request {
    /** The candidates of the largest window. */
    public static final int MOST = 20;

    public CandidateWindow {
        candidates = List.copyOf(candidates);
        if (candidates.isEmpty() || candidates.size() > MOST) {
            throw new IllegalArgumentException("window of query " + query.id() + ": it has " + candidates.size()
                    + " candidates; 1 to " + MOST + " are allowed");
        }
    }
}
