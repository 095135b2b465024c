package rerank.cli.replay;

import java.util.List;
import java.util.stream.IntStream;
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
     * @param limit at most this many queries, spread evenly over that order; 0 for all
     * @param depth at most this many candidates for each
     * @throws DatasetException when the data set has no such split, or no candidates for any of its queries
     */
    public static List<RerankRequest> of(Dataset data, String split, int limit, int depth) {
        List<Query> queries = data.queries(split).stream()
                .filter(query -> !data.candidates(query.id(), 1).isEmpty())
                .toList();
        if (queries.isEmpty()) {
            throw new DatasetException("data set " + data.name() + ": its first-stage run holds no candidates for the"
                    + " queries of split " + split);
        }
        return spread(queries, limit == 0 ? queries.size() : limit).stream()
                .map(query -> new RerankRequest(query, data.candidates(query.id(), depth)))
                .toList();
    }

    /**
     * Some of a list, spread evenly over it: the first are often of one kind, since qrels are sorted by id, or by the words of
     * their queries.
     *
     * @param most of them
     */
    public static <T> List<T> spread(List<T> all, int most) {
        int size = Math.min(most, all.size());
        return IntStream.range(0, size)
                .mapToObj(i -> all.get((int) ((long) i * all.size() / size)))
                .toList();
    }
}
