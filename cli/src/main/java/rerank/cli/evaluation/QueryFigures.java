package rerank.cli.evaluation;

import java.util.Map;

/**
 * How well each system ranked one query.
 *
 * @param id of the query
 * @param text as asked
 * @param delta nDCG@10 of the chosen mode minus that of the first stage
 * @param ndcg10 by system
 */
public record QueryFigures(String id, String text, double delta, Map<String, Double> ndcg10) {}
