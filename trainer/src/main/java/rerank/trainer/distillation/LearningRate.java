package rerank.trainer.distillation;

/**
 * Linear warm-up, then a cosine down to a share of the peak.
 *
 * @param peak highest rate
 * @param warmupSteps steps of the rise; 0 for none
 * @param finalShare share of the peak at the end, in [0, 1]
 */
public record LearningRate(double peak, int warmupSteps, double finalShare) {
    public LearningRate {
        if (!(peak > 0) || warmupSteps < 0 || !(finalShare >= 0 && finalShare <= 1)) {
            throw new IllegalArgumentException("learning rate: peak " + peak + ", warm-up " + warmupSteps
                    + " steps, final share " + finalShare + "; expected above 0, at least 0, in [0, 1]");
        }
    }

    /**
     * The rate of a step.
     *
     * @param step from 0
     * @param progress of the whole run, in [0, 1], by steps or by time
     */
    public double at(long step, double progress) {
        double rise = warmupSteps == 0 ? 1 : Math.min(1, (step + 1.0) / warmupSteps);
        double fall = finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
        return peak * rise * fall;
    }
}
