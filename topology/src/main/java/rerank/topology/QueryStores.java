package rerank.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import rerank.schemas.internal.CandidateState;
import rerank.schemas.internal.QueryPhase;
import rerank.schemas.internal.QueryProgress;
import rerank.schemas.internal.QueryState;

/**
 * What the owner task knows about the queries in flight. What is rewritten often is small; texts are written once.
 * Owned by the stream thread.
 */
final class QueryStores {
    static final String QUERIES = "queries";
    static final String PROGRESS = "progress";
    static final String CANDIDATES = "candidates";
    static final String DOCUMENTS = "documents";
    static final String TIMERS = "timers";

    private static final Serializer<String> QUERY_PREFIX = PairKey.queryPrefix();

    private final KeyValueStore<String, QueryState> queries;
    private final KeyValueStore<String, QueryProgress> progress;
    private final KeyValueStore<PairKey, CandidateState> candidates;
    private final KeyValueStore<PairKey, String> documents;
    private final Timers timers;

    QueryStores(ProcessorContext<?, ?> context) {
        this.queries = context.getStateStore(QUERIES);
        this.progress = context.getStateStore(PROGRESS);
        this.candidates = context.getStateStore(CANDIDATES);
        this.documents = context.getStateStore(DOCUMENTS);
        this.timers = new Timers(context.getStateStore(TIMERS));
    }

    /** A candidate without its text. */
    record Held(String docId, CandidateState state) {}

    /** The query as accepted; null if it did not come yet or is answered. */
    @Nullable QueryState query(String queryId) {
        return queries.get(queryId);
    }

    void putQuery(String queryId, QueryState query) {
        queries.put(queryId, query);
    }

    /** How far the query is; null if nothing is known of it. */
    @Nullable QueryProgress progress(String queryId) {
        return progress.get(queryId);
    }

    void putProgress(String queryId, QueryProgress state) {
        progress.put(queryId, state);
    }

    /** Moves the query's only timer. The caller stores {@code state} afterwards. */
    void setTimer(String queryId, QueryProgress state, long atMs) {
        timers.cancel(queryId, state.getTimerMs());
        timers.set(queryId, atMs);
        state.setTimerMs(atMs);
    }

    /** Takes the timers that are due and returns their queries. */
    List<String> due(long nowMs) {
        return timers.due(nowMs);
    }

    @Nullable CandidateState candidate(String queryId, String docId) {
        return candidates.get(new PairKey(queryId, docId));
    }

    void putCandidate(String queryId, String docId, CandidateState state) {
        candidates.put(new PairKey(queryId, docId), state);
    }

    /** All candidates of a query in the order of their arrival. */
    List<Held> candidates(String queryId) {
        List<Held> held = new ArrayList<>();
        try (KeyValueIterator<PairKey, CandidateState> all = candidates.prefixScan(queryId, QUERY_PREFIX)) {
            while (all.hasNext()) {
                KeyValue<PairKey, CandidateState> entry = all.next();
                held.add(new Held(entry.key.docId(), entry.value));
            }
        }
        held.sort(Comparator.comparingInt(candidate -> candidate.state().getSequence()));
        return held;
    }

    /** The kept text of a candidate; empty if none is kept. */
    String document(String queryId, String docId) {
        String text = documents.get(new PairKey(queryId, docId));
        return text == null ? "" : text;
    }

    void putDocument(String queryId, String docId, String text) {
        documents.put(new PairKey(queryId, docId), text);
    }

    void dropDocument(String queryId, String docId) {
        documents.delete(new PairKey(queryId, docId));
    }

    /** Forgets the query and its candidates, and keeps a mark that it is done until {@code untilMs}. */
    void markDone(String queryId, QueryProgress state, List<Held> held, long untilMs) {
        dropCandidates(queryId, held);
        queries.delete(queryId);
        setTimer(queryId, state, untilMs);
        state.setPhase(QueryPhase.DONE);
        progress.put(queryId, state);
    }

    /** Forgets everything about a query whose timer was taken. */
    void forget(String queryId, List<Held> held) {
        dropCandidates(queryId, held);
        progress.delete(queryId);
    }

    private void dropCandidates(String queryId, List<Held> held) {
        for (Held candidate : held) {
            PairKey key = new PairKey(queryId, candidate.docId());
            candidates.delete(key);
            documents.delete(key);
        }
    }
}
