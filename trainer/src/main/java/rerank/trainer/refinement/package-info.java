/**
 * Refines a distilled model on its own samples: explanations and labels of training pairs are sampled, rewarded, and
 * learned from. Start at {@link rerank.trainer.refinement.Refinement}, the loop; {@link
 * rerank.trainer.refinement.RewardFunction} is where another judge of responses comes in, {@link
 * rerank.trainer.refinement.GroupRewards} and {@link rerank.trainer.refinement.Advantages} are the arithmetic.
 *
 * <p>Two methods. <em>Reward-weighted</em> is InteRank's second stage (Samarinas and Zamani, 2025), as its released code
 * has it and without its defects: likelihood of the better responses, the teacher's among them, weighted by their
 * rewards. <em>RLOO</em> is the policy gradient with the mean of the other samples as baseline (Kool et al., 2019), on
 * samples of the present weights, held near the weights it started from by a KL term.
 *
 * <p>The loop owns its threads, as that of distillation does.
 */
@NullMarked
package rerank.trainer.refinement;

import org.jspecify.annotations.NullMarked;
