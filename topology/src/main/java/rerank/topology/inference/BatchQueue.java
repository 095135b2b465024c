package rerank.topology.inference;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Submitted pairs in the order they shall be judged: by deadline, then by arrival. Any thread adds, one thread takes.
 * State is guarded by {@code lock}.
 */
final class BatchQueue {
    private static final Comparator<Submission> BY_DEADLINE =
            Comparator.comparingLong(Submission::deadlineMs).thenComparingLong(Submission::arrival);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Submission> waiting = new PriorityQueue<>(BY_DEADLINE);
    private long arrivals;
    private boolean closed;

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
    void add(Submission submission) {
        lock.lock();
        try {
            if (!closed) {
                waiting.add(submission);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a first submission, then up to {@code maxWait} for more, and takes the most urgent ones.
     *
     * @return 1 to {@code maxPairs} submissions; empty once closed
     */
    List<Submission> take(int maxPairs, Duration maxWait) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && !closed) {
                changed.await();
            }
            long patience = maxWait.toNanos();
            while (waiting.size() < maxPairs && patience > 0 && !closed) {
                patience = changed.awaitNanos(patience);
            }
            List<Submission> batch = new ArrayList<>();
            while (batch.size() < maxPairs && !waiting.isEmpty() && !closed) {
                batch.add(waiting.remove());
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets everything and lets the taker go. */
    void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
