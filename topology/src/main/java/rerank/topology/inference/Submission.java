package rerank.topology.inference;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Request;

/** A request in flight. Settled once: by its outcome, or by being cancelled; whichever comes first wins. */
final class Submission {
    private final Request request;
    private final long deadlineMs;
    private final long arrival;
    private final AtomicReference<@Nullable Consumer<Outcome>> whenDone;

    /** Handed over by the queue's lock. */
    private PairJudge.@Nullable Judging judging;

    Submission(Request request, long deadlineMs, long arrival, Consumer<Outcome> whenDone) {
        this.request = request;
        this.deadlineMs = deadlineMs;
        this.arrival = arrival;
        this.whenDone = new AtomicReference<>(whenDone);
    }

    /** Its prompt is made. */
    void prepared(PairJudge.Judging prepared) {
        judging = prepared;
    }

    PairJudge.@Nullable Judging judging() {
        return judging;
    }

    Request request() {
        return request;
    }

    long deadlineMs() {
        return deadlineMs;
    }

    long arrival() {
        return arrival;
    }

    /** Whether nobody waits for it any more. */
    boolean isSettled() {
        return whenDone.get() == null;
    }

    /** Settles without an outcome; false if it was settled already. */
    boolean cancel() {
        return whenDone.getAndSet(null) != null;
    }

    /** Settles with an outcome; false if it was settled already. */
    boolean complete(Outcome outcome) {
        Consumer<Outcome> receiver = whenDone.getAndSet(null);
        if (receiver == null) {
            return false;
        }
        receiver.accept(outcome);
        return true;
    }
}
