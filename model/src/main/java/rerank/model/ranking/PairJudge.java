package rerank.model.ranking;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judges pairs and windows of candidates, many at a time and a step at a time: they join between steps and leave when they
 * are judged.
 *
 * <p>{@link #prepare} and {@link #identity} may be called by any thread, all else by one thread at a time.
 */
public interface PairJudge extends AutoCloseable {
    /** Who judges: goes into every result. */
    Identity identity();

    /**
     * Makes a request ready to be judged, its prompt for example. One that cannot be is settled when it is started. A judge
     * that writes no explanations gives the label of a pair alone, whatever is asked; one that does not offer {@link
     * Mode#LISTWISE} leaves windows unjudged.
     */
    Judging prepare(Request request);

    /** Whether a request that is started now would be looked at soon. */
    boolean hasRoom();

    /** Takes a prepared request in. */
    void start(Judging judging);

    /** Forgets a request that was started. */
    void cancel(Judging judging);

    /**
     * Works for a while on what was started.
     *
     * @return the requests that are judged now, in no order
     */
    List<Judging> step();

    /** What the steps did since the start. */
    StepStatistics statistics();

    /** Judges requests that nobody else's are among, and waits for them; one judgment for each, in order. */
    default List<Judgment> judge(List<? extends Request> requests) {
        List<Judging> all = requests.stream().map(this::prepare).toList();
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

    /**
     * Reranks in process: labels for all candidates by the mode; in justify mode, explanations for the top ones; in listwise
     * mode, windows of the candidates one after another.
     *
     * @param mode one that {@link #identity()} offers
     * @param explainTop in justify mode, how many of the top get an explanation
     * @throws IllegalArgumentException if the mode is not offered
     */
    default Ranking rerank(Query query, List<Candidate> candidates, Mode mode, int explainTop) {
        identity().requireOffered(mode);
        if (mode == Mode.LISTWISE) {
            return listwise(query, candidates);
        }
        Pair.Task task = mode == Mode.EXPLAIN ? Pair.Task.EXPLAIN : Pair.Task.LABEL;
        List<Pair> pairs = candidates.stream()
                .map(candidate -> new Pair(query, candidate, task, null))
                .toList();
        Ranking ranking = Ranking.of(candidates, judge(pairs), identity().firstStageWeight(mode));
        return mode == Mode.JUSTIFY ? explained(query, ranking, explainTop) : ranking;
    }

    @Override
    void close();

    private Ranking listwise(Query query, List<Candidate> candidates) {
        ReadList list = new ReadList(candidates);
        for (WindowRange range : WindowRange.over(candidates.size())) {
            list.take(range, judge(List.of(list.window(query, range))).get(0));
        }
        return list.ranking(identity().firstStageWeight(Mode.LISTWISE));
    }

    private Ranking explained(Query query, Ranking ranking, int explainTop) {
        List<Ranking.Item> items = new ArrayList<>(ranking.items());
        List<Integer> top = new ArrayList<>();
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < Math.min(explainTop, items.size()); i++) {
            if (items.get(i).judgment() instanceof Judgment.Judged judged) {
                top.add(i);
                pairs.add(new Pair(query, items.get(i).candidate(), Pair.Task.JUSTIFY, judged.labels()));
            }
        }
        List<Judgment> explanations = judge(pairs);
        for (int i = 0; i < top.size(); i++) {
            Ranking.Item item = items.get(top.get(i));
            if (explanations.get(i) instanceof Judgment.Judged) {
                items.set(top.get(i), item.with(explanations.get(i)));
            }
        }
        return new Ranking(items);
    }

    /** A request on its way through a judge. */
    interface Judging {
        /** What was asked. */
        Request request();

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
     * @param defaultMode the mode that the checkpoint's card names; one of those offered
     * @param modes the modes it offers
     * @param firstStageWeights share of the first stage in the scores of each mode, in [0, 1]
     */
    record Identity(
            String modelVersion,
            String promptVersion,
            Mode defaultMode,
            Set<Mode> modes,
            Map<Mode, Double> firstStageWeights) {
        public Identity {
            modes = Set.copyOf(modes);
            firstStageWeights = Map.copyOf(firstStageWeights);
            if (!modes.contains(defaultMode)) {
                throw new IllegalArgumentException("default mode " + defaultMode.id() + " is none of those offered");
            }
        }

        /** A language model that explains. */
        public Identity(
                String modelVersion, String promptVersion, Mode defaultMode, Map<Mode, Double> firstStageWeights) {
            this(modelVersion, promptVersion, defaultMode, Mode.OF_LANGUAGE_MODELS, firstStageWeights);
        }

        /** The weight of the first stage in a mode; 0 where none was learned. */
        public double firstStageWeight(Mode mode) {
            return firstStageWeights.getOrDefault(mode, 0.0);
        }

        /** How a query that asks for a mode is judged: in that mode, or in the default one where it is not offered. */
        public Mode modeFor(Mode asked) {
            return modes.contains(asked) ? asked : defaultMode;
        }

        /**
         * Checks that a mode is offered.
         *
         * @throws IllegalArgumentException naming the weights, the mode and those offered
         */
        public void requireOffered(Mode mode) {
            if (!modes.contains(mode)) {
                throw new IllegalArgumentException("checkpoint " + modelVersion + " does not judge in mode " + mode.id()
                        + ", only in "
                        + String.join(
                                ", ", modes.stream().map(Mode::id).sorted().toList()));
            }
        }
    }
}
