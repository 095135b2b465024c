/**
 * Whether explanations are true. Start at {@link rerank.trainer.faithfulness.ExplanationChecker}: it takes an explanation
 * apart into {@link rerank.trainer.faithfulness.Claim}s and holds each against what is known of the query and the
 * document; {@link rerank.trainer.faithfulness.Faithfulness} counts them. The checkers live where the knowledge is: beside
 * the scripted teachers.
 *
 * <p>Saying little does not help: what an explanation of a pair owes and does not say counts against it like a false
 * claim, and saying a true thing twice, or a true thing that nobody asked for, counts nothing.
 */
@NullMarked
package rerank.trainer.faithfulness;

import org.jspecify.annotations.NullMarked;
