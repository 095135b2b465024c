package rerank.trainer.evaluation;

/** The bound that measures over the first ranks share. */
final class Cutoff {
    private Cutoff() {}

    static void check(int cutoff) {
        if (cutoff < 1) {
            throw new IllegalArgumentException("a measure's cut-off must be at least 1, was " + cutoff);
        }
    }
}
