package rerank.model.ranking;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Judges pairs, many at a time and a step at a time: pairs join between steps and leave when they are judged.
 *
 * <p>{@link #prepare} and {@link #identity} may be called by any thread, all else by one thread at a time.
 */
public interface PairJudge extends AutoCloseable {
    /** Who judges: goes into every result. */
    Identity identity();

    /** Makes a pair ready to be judged, its prompt for example. A pair that cannot be is settled when it is started. */
    Judging prepare(Pair pair);

    /** Whether a pair that is started now would be looked at soon. */
    boolean hasRoom();

    /** Takes a prepared pair in. */
    void start(Judging judging);

    /** Forgets a pair that was started. */
    void cancel(Judging judging);

    /**
     * Works for a while on what was started.
     *
     * @return the pairs that are judged now, in no order
     */
    List<Judging> step();

    /** What the steps did since the start. */
    StepStatistics statistics();

    /** Judges pairs that nobody else's are among, and waits for them; one judgment for each pair, in order. */
    default List<Judgment> judge(List<Pair> pairs) {
        List<Judging> all = pairs.stream().map(this::prepare).toList();
        Deque<Judging> waiting = new ArrayDeque<>(all);
        int judged = 0;
        while (judged < all.size()) {
            while (!waiting.isEmpty() && hasRoom()) {
                start(waiting.remove());
            }
            judged += step().size();
        }
        List<Judgment> judgments = new ArrayList<>();
        all.forEach(judging -> judgments.add(judging.judgment()));
        return judgments;
    }

    @Override
    void close();

    /** A pair on its way through a judge. */
    interface Judging {
        /** The pair. */
        Pair pair();

        /**
         * What came of it.
         *
         * @throws IllegalStateException if it is not judged yet
         */
        Judgment judgment();
    }

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
