package rerank.model.ranking;

/**
 * What a judge's steps did since its start. A sequence is a pair on its way through a language model.
 *
 * @param steps native calls that ran a step
 * @param promptTokens tokens of prompts and prefixes that were run
 * @param reusedTokens tokens of prompts that were not run, since a shared prefix held them
 * @param decodedTokens tokens fed one by one
 * @param sequencesInSteps sequences in all steps, of which the mean is the occupancy
 * @param completed sequences that came to a completion
 * @param failed sequences that ended without one
 * @param cancelled sequences that nobody wanted any more
 * @param shrinks times that memory ran out and the steps became smaller
 * @param waiting sequences that have not begun
 * @param running sequences that have
 * @param waitNanos time that sequences waited before they began, in all
 * @param stepNanos time in steps
 * @param nativeNanos of it, inside native calls
 * @param cacheBytes memory that keys and values take
 * @param cacheBytesInUse of it, of slots in use
 * @param cacheLimitBytes bound on it
 */
public record StepStatistics(
        long steps,
        long promptTokens,
        long reusedTokens,
        long decodedTokens,
        long sequencesInSteps,
        long completed,
        long failed,
        long cancelled,
        long shrinks,
        int waiting,
        int running,
        long waitNanos,
        long stepNanos,
        long nativeNanos,
        long cacheBytes,
        long cacheBytesInUse,
        long cacheLimitBytes) {
    /** Figures of a judge that counts steps and pairs alone. */
    public static StepStatistics of(long steps, long sequencesInSteps, long completed, int waiting) {
        return new StepStatistics(steps, 0, 0, 0, sequencesInSteps, completed, 0, 0, 0, waiting, 0, 0, 0, 0, 0, 0, 0);
    }

    /** The sum of two judges' figures. */
    public StepStatistics plus(StepStatistics other) {
        return new StepStatistics(
                steps + other.steps,
                promptTokens + other.promptTokens,
                reusedTokens + other.reusedTokens,
                decodedTokens + other.decodedTokens,
                sequencesInSteps + other.sequencesInSteps,
                completed + other.completed,
                failed + other.failed,
                cancelled + other.cancelled,
                shrinks + other.shrinks,
                waiting + other.waiting,
                running + other.running,
                waitNanos + other.waitNanos,
                stepNanos + other.stepNanos,
                nativeNanos + other.nativeNanos,
                cacheBytes + other.cacheBytes,
                cacheBytesInUse + other.cacheBytesInUse,
                cacheLimitBytes + other.cacheLimitBytes);
    }

    /** What stays of them when the judge is closed: nothing waits or runs, and its memory is given back. */
    public StepStatistics ended() {
        return new StepStatistics(
                steps,
                promptTokens,
                reusedTokens,
                decodedTokens,
                sequencesInSteps,
                completed,
                failed,
                cancelled,
                shrinks,
                0,
                0,
                waitNanos,
                stepNanos,
                nativeNanos,
                0,
                0,
                0);
    }

    /** Sequences in a step, in the mean. */
    public double occupancy() {
        return steps == 0 ? 0 : (double) sequencesInSteps / steps;
    }

    /** Share of the time in steps that was not spent inside native calls. */
    public double overhead() {
        return stepNanos == 0 ? 0 : 1 - (double) nativeNanos / stepNanos;
    }
}
