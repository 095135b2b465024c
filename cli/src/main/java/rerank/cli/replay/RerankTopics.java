package rerank.cli.replay;

/**
 * Where requests go and answers come from.
 *
 * @param queries topic of the query events
 * @param candidates topic of the candidate events
 * @param rankedResults topic of the rankings
 */
public record RerankTopics(String queries, String candidates, String rankedResults) {}
