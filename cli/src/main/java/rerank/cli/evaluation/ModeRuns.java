package rerank.cli.evaluation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import rerank.cli.console.ProgressBar;
import rerank.cli.replay.InProcess;
import rerank.cli.replay.RerankRequest;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Ranking;

/**
 * The rankings of the same requests in several modes.
 *
 * @param chosen the mode that the headline figures are of
 * @param outcomes by mode; that of EXPLAIN may hold some of the requests only
 * @param leftOut modes that the model cannot do, with the reason
 */
public record ModeRuns(Mode chosen, Map<Mode, InProcess.Outcome> outcomes, Map<Mode, String> leftOut) {
    private static final int WARM_UP_CANDIDATES = 8;

    /**
     * Reranks in the chosen mode, and then in others: those that decode every pair last, and not for all requests.
     *
     * @param others modes to try beside the chosen one; one that the model refuses is left out
     * @param explainLimit how many requests EXPLAIN reranks where it is not the chosen mode; 0 for all
     * @param reranker throws {@link IllegalArgumentException} or {@link UnsupportedOperationException} for a mode that it
     *     cannot do
     */
    public static ModeRuns run(
            Mode chosen,
            List<Mode> others,
            int explainLimit,
            List<RerankRequest> requests,
            BiFunction<RerankRequest, Mode, Ranking> reranker) {
        Map<Mode, InProcess.Outcome> outcomes = new EnumMap<>(Mode.class);
        Map<Mode, String> leftOut = new EnumMap<>(Mode.class);
        warmUp(requests.get(0), chosen, reranker);
        outcomes.put(chosen, run(chosen, requests, reranker));
        List<Mode> inOrder = new ArrayList<>(others);
        inOrder.remove(chosen);
        if (inOrder.remove(Mode.EXPLAIN)) {
            inOrder.add(Mode.EXPLAIN);
        }
        for (Mode mode : inOrder) {
            boolean isCut = mode == Mode.EXPLAIN && explainLimit > 0;
            List<RerankRequest> some = isCut ? RerankRequest.spread(requests, explainLimit) : requests;
            try {
                outcomes.put(mode, run(mode, some, reranker));
            } catch (IllegalArgumentException | UnsupportedOperationException e) {
                leftOut.put(mode, String.valueOf(e.getMessage()));
            }
        }
        return new ModeRuns(chosen, outcomes, leftOut);
    }

    /** The first pairs of a process take many times as long as all others; they would count against the chosen mode. */
    private static void warmUp(RerankRequest first, Mode mode, BiFunction<RerankRequest, Mode, Ranking> reranker) {
        int few = Math.min(WARM_UP_CANDIDATES, first.candidates().size());
        RerankRequest some = new RerankRequest(first.query(), first.candidates().subList(0, few));
        InProcess.run(List.of(some), request -> reranker.apply(request, mode), () -> {});
    }

    private static InProcess.Outcome run(
            Mode mode, List<RerankRequest> requests, BiFunction<RerankRequest, Mode, Ranking> reranker) {
        try (ProgressBar bar = new ProgressBar(mode.id(), requests.size())) {
            return InProcess.run(requests, request -> reranker.apply(request, mode), bar::step);
        }
    }

    /** The outcome of the chosen mode. */
    public InProcess.Outcome chosenOutcome() {
        InProcess.Outcome outcome = outcomes.get(chosen);
        if (outcome == null) {
            throw new IllegalStateException("mode " + chosen.id() + " did not run");
        }
        return outcome;
    }
}
