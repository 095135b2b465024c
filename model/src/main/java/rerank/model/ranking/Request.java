package rerank.model.ranking;

/** What a judge can be asked about: one candidate of a query, or a window of several. */
public sealed interface Request permits Pair, CandidateWindow {
    /** The query. */
    Query query();
}
