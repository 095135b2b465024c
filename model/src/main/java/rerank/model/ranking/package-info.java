/**
 * The ranking domain: plain values and one interface. Start at {@link rerank.model.ranking.PairJudge}, which turns
 * {@link rerank.model.ranking.Pair}s into {@link rerank.model.ranking.Judgment}s, and
 * {@link rerank.model.ranking.Ranking}, which orders a query's candidates by them. Nothing here holds state.
 */
@NullMarked
package rerank.model.ranking;

import org.jspecify.annotations.NullMarked;
