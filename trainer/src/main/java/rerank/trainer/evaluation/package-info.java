/**
 * Rankings measured against graded judgements. Start at {@link rerank.trainer.evaluation.EvaluationReport}: it takes
 * rankings and qrels and gives means and per-query values of the {@link rerank.trainer.evaluation.Measure}s; {@link
 * rerank.trainer.evaluation.RandomisationTest} says whether two reports differ by more than chance.
 *
 * <p>All figures are those of trec_eval: linear gain, a document without a judgement counts 0, a grade above 0 is
 * relevant, and the ideal ranking is that of all judged documents, retrieved or not. Unlike trec_eval, the mean goes
 * over every judged query with a relevant document, so that a query missing from a run counts 0 and does not vanish.
 */
@NullMarked
package rerank.trainer.evaluation;

import org.jspecify.annotations.NullMarked;
