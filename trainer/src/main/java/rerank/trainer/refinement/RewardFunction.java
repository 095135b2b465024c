package rerank.trainer.refinement;

import java.util.List;

/**
 * Says how good answers to a pair are. Scores are on any scale, higher is better; those of one pair are compared with each
 * other alone. Several threads call it at once.
 *
 * <p>This is where a judge comes in that is not here yet, for example a chat model that is asked for a grade.
 */
@FunctionalInterface
public interface RewardFunction {
    /**
     * Scores answers.
     *
     * @param answers to the pair; the teacher's may be among them
     * @return as many finite numbers
     */
    double[] score(TaughtPair pair, List<Answer> answers);
}
