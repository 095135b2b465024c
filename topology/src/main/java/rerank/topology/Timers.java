package rerank.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * One timer for each query, in order of time, so that only what is due is looked at. What a timer means follows from
 * the query's phase. Owned by the stream thread.
 */
final class Timers {
    private static final int DIGITS = 19;

    private final KeyValueStore<String, byte[]> store;

    Timers(KeyValueStore<String, byte[]> store) {
        this.store = store;
    }

    /** Sets a query's timer; {@code atMs} is not negative. */
    void set(String queryId, long atMs) {
        store.put(key(atMs, queryId), new byte[0]);
    }

    /** Takes a timer back; does nothing if it is not set. */
    void cancel(String queryId, long atMs) {
        if (atMs > 0) {
            store.delete(key(atMs, queryId));
        }
    }

    /** Takes the timers that are due and returns their queries, the longest due first. */
    List<String> due(long nowMs) {
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> due = store.range(key(0, ""), key(nowMs + 1, ""))) {
            while (due.hasNext()) {
                keys.add(due.next().key);
            }
        }
        keys.forEach(store::delete);
        return keys.stream().map(key -> key.substring(DIGITS + 1)).toList();
    }

    private static String key(long atMs, String queryId) {
        return String.format(Locale.ROOT, "%0" + DIGITS + "d|%s", atMs, queryId);
    }
}
