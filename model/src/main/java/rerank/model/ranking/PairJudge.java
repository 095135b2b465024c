package rerank.model.ranking;

import java.util.List;

/** Judges pairs in batches. One thread at a time calls it; {@link #identity()} may be called by any. */
public interface PairJudge extends AutoCloseable {
    /**
     * Judges every pair.
     *
     * @return one judgment for each pair, in the order of the pairs
     */
    List<Judgment> judge(List<Pair> pairs);

    /** Who judges: goes into every result. */
    Identity identity();

    /** The learned interpolation weight of the first stage in a mode, in [0, 1]. Any thread may call it. */
    default double firstStageWeight(Mode mode) {
        return identity().firstStageWeight();
    }

    @Override
    void close();

    /**
     * What every ranking says about its origin.
     *
     * @param modelVersion immutable name of the weights
     * @param promptVersion name of the prompt template
     * @param defaultMode the mode that the checkpoint's card names
     * @param firstStageWeight the learned interpolation weight of the first stage in the default mode, in [0, 1]
     */
    record Identity(String modelVersion, String promptVersion, Mode defaultMode, double firstStageWeight) {}
}
