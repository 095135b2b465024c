package rerank.topology;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import rerank.schemas.Experience;
import rerank.schemas.internal.FeedbackWindow;
import rerank.schemas.internal.WindowPhase;

/**
 * The feedback windows of one task and their timers. The timers are in memory only: they follow from the store, which is
 * read once when the task starts. Owned by the stream thread.
 */
final class FeedbackWindows {
    static final String WINDOWS = "feedback-windows";
    static final String IMPRESSIONS = "impressions";

    private final KeyValueStore<String, FeedbackWindow> windows;
    private final KeyValueStore<String, Experience> impressions;

    /** One for each time that a timer was set; those that were moved since are passed over. */
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(Comparator.comparingLong(Timer::atMs));

    private long open;

    FeedbackWindows(ProcessorContext<?, ?> context) {
        this.windows = context.getStateStore(WINDOWS);
        this.impressions = context.getStateStore(IMPRESSIONS);
        try (KeyValueIterator<String, FeedbackWindow> all = windows.all()) {
            while (all.hasNext()) {
                KeyValue<String, FeedbackWindow> entry = all.next();
                timers.add(new Timer(entry.value.getTimerMs(), entry.key));
                open += entry.value.getPhase() == WindowPhase.OPEN ? 1 : 0;
            }
        }
    }

    private record Timer(long atMs, String queryId) {}

    /** A window whose timer is due. */
    record Due(String queryId, FeedbackWindow window) {}

    /** How many are open. */
    long open() {
        return open;
    }

    @Nullable FeedbackWindow get(String queryId) {
        return windows.get(queryId);
    }

    /** Keeps the feedback on a query whose ranking did not come yet. */
    void park(String queryId, FeedbackWindow window) {
        windows.put(queryId, window);
        timers.add(new Timer(window.getTimerMs(), queryId));
    }

    /** Begins to collect feedback on what was shown; the window is open and has its timer. */
    void open(String queryId, FeedbackWindow window, Experience shown) {
        impressions.put(queryId, shown);
        windows.put(queryId, window);
        timers.add(new Timer(window.getTimerMs(), queryId));
        open++;
    }

    /** Stores a window whose actions have changed and whose timer has not. */
    void update(String queryId, FeedbackWindow window) {
        windows.put(queryId, window);
    }

    /** Ends an open window and leaves a mark until {@code untilMs}; returns what was shown. */
    Experience close(String queryId, long untilMs) {
        Experience shown = Objects.requireNonNull(
                impressions.delete(queryId), () -> "store " + IMPRESSIONS + " lacks what was shown for " + queryId);
        FeedbackWindow mark = FeedbackWindow.newBuilder()
                .setPhase(WindowPhase.CLOSED)
                .setTimerMs(untilMs)
                .setShown(List.of())
                .setActions(List.of())
                .build();
        windows.put(queryId, mark);
        timers.add(new Timer(untilMs, queryId));
        open--;
        return shown;
    }

    /** Forgets a window that is not open. */
    void forget(String queryId) {
        windows.delete(queryId);
    }

    /** When the next timer is due, in milliseconds since the epoch; {@link Long#MAX_VALUE} if none is set. */
    long nextMs() {
        Timer next = timers.peek();
        return next == null ? Long.MAX_VALUE : next.atMs();
    }

    /** Takes the next timer, which must be there; empty if it was moved since. */
    Optional<Due> takeNext() {
        Timer next = Objects.requireNonNull(timers.poll(), "no timer is set");
        FeedbackWindow window = windows.get(next.queryId());
        return window == null || window.getTimerMs() != next.atMs()
                ? Optional.empty()
                : Optional.of(new Due(next.queryId(), window));
    }
}
