package rerank.topology.inference;

import java.util.function.Consumer;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Request;

/**
 * Judges pairs and windows of candidates somewhere off the stream threads. One engine serves every task of a process, so that batches form across
 * partitions and queries. All methods may be called from any thread and none of them waits for the model.
 */
public interface InferenceEngine extends AutoCloseable {
    /** Who judges at this moment what is no canary's. */
    PairJudge.Identity identity();

    /** Who judges the candidates of a query at this moment. */
    default PairJudge.Identity identity(String queryId) {
        return identity();
    }

    /**
     * Takes a request. It is taken even when {@link #isFull()}: waiting is the caller's business.
     *
     * @param request what to judge
     * @param deadlineMs when nobody waits for the judgment any more, in milliseconds since the epoch
     * @param whenDone called once, on a thread of the engine, and must return at once; never called after
     *     {@link Ticket#cancel()} returned, nor after {@link #close()} returned
     */
    Ticket submit(Request request, long deadlineMs, Consumer<Outcome> whenDone);

    /** Whether as much is in flight as the engine was made for; callers then wait before they submit more. */
    boolean isFull();

    /** Figures since the start. */
    EngineStatistics statistics();

    /** Stops judging, forgets what is in flight and closes the model. */
    @Override
    void close();

    /** A request in flight. */
    @FunctionalInterface
    interface Ticket {
        /** Tells the engine that nobody wants this any more. */
        void cancel();
    }
}
