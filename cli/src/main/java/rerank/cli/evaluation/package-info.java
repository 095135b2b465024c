/**
 * What {@code rerank eval} finds out. Start at {@link rerank.cli.evaluation.Evaluation}: it takes the rankings of all
 * modes and makes an {@link rerank.cli.evaluation.EvalReport}, which is the JSON, and which {@link
 * rerank.cli.evaluation.EvalPage} shows as one HTML file that needs nothing from elsewhere.
 */
@NullMarked
package rerank.cli.evaluation;

import org.jspecify.annotations.NullMarked;
