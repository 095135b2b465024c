/**
 * Users who know what is relevant and act on what they are shown: for experiments on learning from clicks. Start at
 * {@link rerank.trainer.simulation.Behaviour}, which names them; a {@link rerank.trainer.simulation.User} gets the true
 * grades of one ranking, from the top, and says what he does.
 *
 * <p>They know nothing of the model, of scores or of other rankings, and learning knows nothing of the grades. All of them
 * are values and may be shared by threads; a random generator belongs to its caller.
 */
@NullMarked
package rerank.trainer.simulation;

import org.jspecify.annotations.NullMarked;
