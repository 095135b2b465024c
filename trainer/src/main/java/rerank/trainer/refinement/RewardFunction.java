package rerank.trainer.refinement;

import java.util.List;

/**
 * Says how good answers to a pair are. Scores are on any scale, higher is better; those of one pair are compared with each
 * other alone. Several threads call it at once.
 */
@FunctionalInterface
public interface RewardFunction {
    /**
     * Scores answers.
     *
     * @param answers to the pair; the teacher's may be among them
     * @return as many numbers, NaN for an answer that no score can be had for, which is then left out
     */
    double[] score(TaughtPair pair, List<Answer> answers);

    /** What scoring has cost so far, in a line; empty where it costs nothing. */
    default String account() {
        return "";
    }
}
