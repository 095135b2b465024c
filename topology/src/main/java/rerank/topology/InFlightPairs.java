package rerank.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import rerank.schemas.internal.PairJudgment;
import rerank.schemas.internal.PairRequest;
import rerank.topology.inference.InferenceEngine;
import rerank.topology.inference.Outcome;

/**
 * The pairs, and windows of candidates, of one task that the engine of this process judges.
 *
 * <p>A pair stays in the pending store until its judgment is taken, in one transaction with the consumed offset and
 * what is made of the judgment: after a crash or a move it is asked again, and nothing is lost or published twice (ADR
 * 0002). Owned by the stream thread; the engine only fills {@code finished}, which dies with this instance when its
 * task moves away.
 */
final class InFlightPairs implements Judges {
    static final String PENDING = "pending-pairs";

    private static final long LOOK_AGAIN_MS = 5;

    private final InferenceEngine engine;
    private final KeyValueStore<PairKey, PairRequest> pending;
    private final Judging settings;
    private final DeadLetters deadLetters;
    private final RerankCounters counters;
    private final Map<PairKey, InFlight> inFlight = new HashMap<>();
    private final LinkedBlockingDeque<Finished> finished = new LinkedBlockingDeque<>();

    InFlightPairs(
            InferenceEngine engine,
            KeyValueStore<PairKey, PairRequest> pending,
            Judging settings,
            DeadLetters deadLetters,
            RerankCounters counters) {
        this.engine = engine;
        this.pending = pending;
        this.settings = settings;
        this.deadLetters = deadLetters;
        this.counters = counters;
    }

    private record InFlight(PairRequest request, InferenceEngine.Ticket ticket) {}

    private record Finished(PairRequest request, Outcome outcome) {}

    /** Asks again for everything that an earlier owner of the task left pending. */
    void askAgain() {
        List<PairRequest> left = new ArrayList<>();
        try (KeyValueIterator<PairKey, PairRequest> all = pending.all()) {
            while (all.hasNext()) {
                left.add(all.next().value);
            }
        }
        left.forEach(this::submit);
        counters.pairsAskedAgain.add(left.size());
    }

    @Override
    public void ask(PairRequest request) {
        pending.put(keyOf(request), request);
        submit(request);
    }

    @Override
    public void forget(String queryId, String docId) {
        PairKey key = new PairKey(queryId, docId);
        InFlight forgotten = inFlight.remove(key);
        if (forgotten != null) {
            forgotten.ticket().cancel();
            pending.delete(key);
        }
    }

    @Override
    public List<PairJudgment> finished() {
        List<PairJudgment> judgments = new ArrayList<>();
        for (Finished next = finished.poll(); next != null; next = finished.poll()) {
            PairJudgment judgment = settle(next);
            if (judgment != null) {
                judgments.add(judgment);
            }
        }
        return judgments;
    }

    @Override
    public void waitForRoom(Runnable meanwhile) {
        long end = System.nanoTime() + settings.maxWaitForRoom().toNanos();
        while (isFull() && System.nanoTime() < end) {
            try {
                Finished next = finished.pollFirst(LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    finished.addFirst(next);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            meanwhile.run();
        }
    }

    @Override
    public void close() {
        inFlight.values().forEach(pair -> pair.ticket().cancel());
        inFlight.clear();
        finished.clear();
    }

    private boolean isFull() {
        return inFlight.size() >= settings.maxInFlightPerTask() || engine.isFull();
    }

    private void submit(PairRequest request) {
        InferenceEngine.Ticket ticket = engine.submit(
                PairMapping.toRequest(request),
                request.getDeadlineMs(),
                outcome -> finished.add(new Finished(request, outcome)));
        inFlight.put(keyOf(request), new InFlight(request, ticket));
    }

    /** Null when there is nothing to say: nobody waits any more, or the owner's own timer will say it. */
    private @Nullable PairJudgment settle(Finished done) {
        PairKey key = keyOf(done.request());
        InFlight current = inFlight.get(key);
        if (current == null || current.request() != done.request()) {
            return null;
        }
        inFlight.remove(key);
        pending.delete(key);
        if (done.outcome() instanceof Outcome.Expired) {
            return null;
        }
        if (done.outcome() instanceof Outcome.Failed failed) {
            deadLetters.failedPair(done.request(), failed.error());
        }
        return PairMapping.toJudgment(done.request(), done.outcome());
    }

    private static PairKey keyOf(PairRequest request) {
        return new PairKey(request.getQueryId(), request.getDocId());
    }
}
