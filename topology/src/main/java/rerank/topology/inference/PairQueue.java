package rerank.topology.inference;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Submitted pairs on their way to the model, the most urgent first: by deadline, then by arrival. Any thread submits, one
 * makes prompts of them, a bounded number ahead, and one takes them to the model. State is guarded by {@code lock}.
 */
final class PairQueue {
    private static final Comparator<Submission> BY_DEADLINE =
            Comparator.comparingLong(Submission::deadlineMs).thenComparingLong(Submission::arrival);

    private final int mostPrepared;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Submission> submitted = new PriorityQueue<>(BY_DEADLINE);
    private final PriorityQueue<Submission> prepared = new PriorityQueue<>(BY_DEADLINE);
    private long arrivals;
    private boolean closed;

    /**
     * An empty queue.
     *
     * @param mostPrepared how many pairs are prepared ahead of the model
     */
    PairQueue(int mostPrepared) {
        this.mostPrepared = mostPrepared;
    }

    /** The number of the next arrival. */
    long nextArrival() {
        lock.lock();
        try {
            return arrivals++;
        } finally {
            lock.unlock();
        }
    }

    /** Adds a submission; does nothing once closed. */
    void submit(Submission submission) {
        add(submitted, submission);
    }

    /** Adds a submission whose prompt is made; does nothing once closed. */
    void addPrepared(Submission submission) {
        add(prepared, submission);
    }

    private void add(PriorityQueue<Submission> queue, Submission submission) {
        lock.lock();
        try {
            if (!closed) {
                queue.add(submission);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a submission to prepare, and until fewer than the bound are; null once closed. */
    @Nullable Submission takeSubmitted() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && (submitted.isEmpty() || prepared.size() >= mostPrepared)) {
                changed.await();
            }
            return closed ? null : submitted.remove();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a prepared submission is there; false once closed. */
    boolean awaitPrepared() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && prepared.isEmpty()) {
                changed.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** The most urgent prepared submission; null if there is none. */
    @Nullable Submission pollPrepared() {
        lock.lock();
        try {
            Submission first = prepared.poll();
            if (first != null && prepared.size() == mostPrepared - 1) {
                changed.signalAll();
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets everything and lets those who wait go. */
    void close() {
        lock.lock();
        try {
            closed = true;
            submitted.clear();
            prepared.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
