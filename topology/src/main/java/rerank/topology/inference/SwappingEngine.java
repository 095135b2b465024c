package rerank.topology.inference;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Request;
import rerank.model.ranking.PairJudge;
import rerank.schemas.CanaryShare;

/**
 * An engine whose model changes while it works: one for all queries, and perhaps another, the canary, for a share of them by
 * the hash of their ids.
 *
 * <p>A pair stays with the engine that was there when it was submitted. An engine that is taken out of service finishes what
 * it has and is closed after its last pair, on a thread of its own. Any thread submits; one at a time changes what serves.
 */
public final class SwappingEngine implements InferenceEngine {
    private final AtomicReference<Serving> serving;
    private final List<HostedEngine> retiring = new CopyOnWriteArrayList<>();

    /** Guards what follows, and what is in service and retiring together. */
    private final Object ended = new Object();

    private EngineStatistics endedStatistics = EngineStatistics.NONE;
    private boolean closed;

    /**
     * An engine with the first model.
     *
     * @param first closed by this engine, as are all that follow
     */
    public SwappingEngine(InferenceEngine first) {
        serving = new AtomicReference<>(new Serving(new HostedEngine(first, this::ended), null, 0));
    }

    private record Serving(HostedEngine active, @Nullable HostedEngine canary, double share) {
        HostedEngine of(String queryId) {
            return canary != null && CanaryShare.holds(queryId, share) ? canary : active;
        }

        Stream<HostedEngine> all() {
            return Stream.of(active, canary).filter(Objects::nonNull).map(HostedEngine.class::cast);
        }
    }

    /**
     * Changes who serves. Those that served and are not among the new ones retire. May be called with engines that serve
     * already, in any role.
     *
     * @param active for all queries that are not the canary's
     * @param canary null for none
     * @param share the canary's share of the queries
     */
    public void serve(InferenceEngine active, @Nullable InferenceEngine canary, double share) {
        Serving before = serving.get();
        HostedEngine next = hosted(before, active);
        Serving after = new Serving(next, canary == null ? null : hosted(before, canary), share);
        List<HostedEngine> kept = after.all().toList();
        List<HostedEngine> leaving =
                before.all().filter(engine -> !kept.contains(engine)).toList();
        synchronized (ended) {
            retiring.addAll(leaving);
            serving.set(after);
        }
        leaving.forEach(HostedEngine::retire);
    }

    private HostedEngine hosted(Serving before, InferenceEngine engine) {
        return before.all()
                .filter(known -> known.engine() == engine)
                .findFirst()
                .orElseGet(() -> new HostedEngine(engine, this::ended));
    }

    private void ended(HostedEngine engine) {
        NativeHeap.trim();
        synchronized (ended) {
            endedStatistics = endedStatistics.plus(engine.engine().statistics().closed());
            retiring.remove(engine);
            ended.notifyAll();
        }
    }

    /** Engines that are out of service and not closed yet, since pairs are in flight in them. */
    public int retiring() {
        return retiring.size();
    }

    /**
     * Waits until the engines out of service are closed and their memory is free.
     *
     * @return whether they are
     */
    public boolean awaitRetired(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        synchronized (ended) {
            while (!retiring.isEmpty()) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                ended.wait(left);
            }
            return true;
        }
    }

    @Override
    public PairJudge.Identity identity() {
        return serving.get().active().engine().identity();
    }

    @Override
    public PairJudge.Identity identity(String queryId) {
        return serving.get().of(queryId).engine().identity();
    }

    @Override
    public Ticket submit(Request request, long deadlineMs, Consumer<Outcome> whenDone) {
        while (true) {
            // One that retires at this moment refuses; the next look finds its successor.
            Ticket ticket = serving.get().of(request.query().id()).submit(request, deadlineMs, whenDone);
            if (ticket != null) {
                return ticket;
            }
            if (isClosed()) {
                return () -> {};
            }
            Thread.onSpinWait();
        }
    }

    private boolean isClosed() {
        synchronized (ended) {
            return closed;
        }
    }

    /** Either being full is enough: a task does not know beforehand whose its next pair is. */
    @Override
    public boolean isFull() {
        return serving.get().all().anyMatch(engine -> engine.engine().isFull());
    }

    @Override
    public EngineStatistics statistics() {
        synchronized (ended) {
            return Stream.concat(serving.get().all(), retiring.stream())
                    .map(engine -> engine.engine().statistics())
                    .reduce(endedStatistics, EngineStatistics::plus);
        }
    }

    @Override
    public void close() {
        synchronized (ended) {
            closed = true;
        }
        Stream.concat(serving.get().all(), retiring.stream()).forEach(HostedEngine::close);
    }
}
