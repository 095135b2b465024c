package rerank.trainer.refinement;

import java.util.Arrays;

/** How rewards of one pair's samples become the weights of a policy gradient. */
final class Advantages {
    private Advantages() {}

    /**
     * Each reward minus the mean of the others'. It is not divided by their standard deviation, which would give pairs
     * that are all but solved, or all but hopeless, as much say as the others.
     */
    static double[] leaveOneOut(double[] rewards) {
        if (rewards.length < 2) {
            throw new IllegalArgumentException(
                    "leave-one-out needs at least 2 rewards of a pair, got " + rewards.length);
        }
        double sum = Arrays.stream(rewards).sum();
        return Arrays.stream(rewards)
                .map(reward -> reward - (sum - reward) / (rewards.length - 1))
                .toArray();
    }

    /** {@code exp(r) - r - 1} with {@code r = log reference - log policy}: never negative, unbiased for KL(policy || reference). */
    static double k3(double policyLogProb, double referenceLogProb) {
        double r = referenceLogProb - policyLogProb;
        return Math.exp(r) - r - 1;
    }

    /**
     * The weight of a sampled token in a next-token loss whose gradient is that of {@code -advantage log p + kl k3}:
     * the derivative of k3 by log p is {@code 1 - exp(r)}. In expectation that term is the gradient of KL(reference ||
     * policy).
     */
    static double tokenWeight(double advantage, double kl, double policyLogProb, double referenceLogProb) {
        return advantage + kl * (Math.exp(referenceLogProb - policyLogProb) - 1);
    }
}
