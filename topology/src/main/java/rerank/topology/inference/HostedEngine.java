package rerank.topology.inference;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Request;

/**
 * An engine with a count of what is in flight in it, so that it can be closed after its last pair. The count is guarded by
 * this object's monitor; the engine itself is called outside of it.
 */
final class HostedEngine {
    private final InferenceEngine engine;
    private final Consumer<HostedEngine> whenEnded;
    private int inFlight;
    private boolean retired;
    private @Nullable Thread end;

    /**
     * Hosts an engine.
     *
     * @param whenEnded told once after a retired engine was closed
     */
    HostedEngine(InferenceEngine engine, Consumer<HostedEngine> whenEnded) {
        this.engine = engine;
        this.whenEnded = whenEnded;
    }

    InferenceEngine engine() {
        return engine;
    }

    /** Takes a pair; null if this engine has retired. */
    InferenceEngine.@Nullable Ticket submit(Request request, long deadlineMs, Consumer<Outcome> whenDone) {
        synchronized (this) {
            if (retired) {
                return null;
            }
            inFlight++;
        }
        AtomicBoolean isOut = new AtomicBoolean();
        InferenceEngine.Ticket ticket = engine.submit(request, deadlineMs, outcome -> {
            try {
                whenDone.accept(outcome);
            } finally {
                leave(isOut);
            }
        });
        return () -> {
            ticket.cancel();
            leave(isOut);
        };
    }

    private void leave(AtomicBoolean isOut) {
        if (isOut.getAndSet(true)) {
            return;
        }
        synchronized (this) {
            inFlight--;
        }
        closeIfDone();
    }

    /** Takes no more pairs and is closed after the last one. */
    void retire() {
        synchronized (this) {
            retired = true;
        }
        closeIfDone();
    }

    /** Closing waits for the engine's threads, of which the caller may be one. */
    private void closeIfDone() {
        synchronized (this) {
            if (retired && inFlight == 0 && end == null) {
                end = endThread();
                end.start();
            }
        }
    }

    /** Closes, whatever is in flight, and waits until it is closed. */
    void close() {
        Thread closing;
        synchronized (this) {
            retired = true;
            if (end == null) {
                end = endThread();
                end.start();
            }
            closing = end;
        }
        try {
            closing.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Thread endThread() {
        Thread thread = new Thread(
                () -> {
                    try {
                        engine.close();
                    } finally {
                        whenEnded.accept(this);
                    }
                },
                "rerank-retired");
        thread.setDaemon(true);
        return thread;
    }
}
