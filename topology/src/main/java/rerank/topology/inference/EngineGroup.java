package rerank.topology.inference;

import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Request;

/** Several engines as one, for a process with several devices: a pair goes to the engine with the fewest in flight. */
public final class EngineGroup implements InferenceEngine {
    private final List<InferenceEngine> engines;

    private EngineGroup(List<InferenceEngine> engines) {
        this.engines = engines;
    }

    /** The engines as one; they judge with the same checkpoint. One by itself stays as it is. */
    public static InferenceEngine of(List<InferenceEngine> engines) {
        return engines.size() == 1 ? engines.get(0) : new EngineGroup(List.copyOf(engines));
    }

    @Override
    public PairJudge.Identity identity() {
        return engines.get(0).identity();
    }

    @Override
    public Ticket submit(Request request, long deadlineMs, Consumer<Outcome> whenDone) {
        InferenceEngine least = engines.stream()
                .min(Comparator.comparingInt(engine -> engine.statistics().inFlight()))
                .orElseThrow();
        return least.submit(request, deadlineMs, whenDone);
    }

    @Override
    public boolean isFull() {
        return engines.stream().allMatch(InferenceEngine::isFull);
    }

    @Override
    public EngineStatistics statistics() {
        return engines.stream()
                .map(InferenceEngine::statistics)
                .reduce(EngineStatistics::plus)
                .orElseThrow();
    }

    @Override
    public void close() {
        engines.forEach(InferenceEngine::close);
    }
}
