package rerank.model.ranking;

import java.util.List;
import java.util.Map;

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

    @Override
    void close();

    /**
     * What every ranking says about its origin.
     *
     * @param modelVersion immutable name of the weights
     * @param promptVersion name of the prompt template
     * @param defaultMode the mode that the checkpoint's card names
     * @param firstStageWeights the learned interpolation weight of the first stage in each mode, in [0, 1]
     */
    record Identity(String modelVersion, String promptVersion, Mode defaultMode, Map<Mode, Double> firstStageWeights) {
        public Identity {
            firstStageWeights = Map.copyOf(firstStageWeights);
        }

        /** The weight of the first stage in a mode; 0 where none was learned. */
        public double firstStageWeight(Mode mode) {
            return firstStageWeights.getOrDefault(mode, 0.0);
        }
    }
}
