package rerank.topology;

import java.time.Duration;

/**
 * How long things are waited for. All by the wall clock, and all positive.
 *
 * @param queryTimeout when a query without a deadline of its own is answered at the latest, from its arrival
 * @param maxQueryTimeout a deadline further away than this is brought forward, so that no query stays for ever
 * @param orphanTtl how long candidates wait for their query
 * @param doneTtl how long an answered query is remembered, so that duplicates and late candidates are recognised
 * @param tick how often judgments are collected and timers looked at while no records arrive
 */
public record Timing(
        Duration queryTimeout, Duration maxQueryTimeout, Duration orphanTtl, Duration doneTtl, Duration tick) {
    public Timing {
        positive("queryTimeout", queryTimeout);
        positive("maxQueryTimeout", maxQueryTimeout);
        positive("orphanTtl", orphanTtl);
        positive("doneTtl", doneTtl);
        positive("tick", tick);
        if (queryTimeout.compareTo(maxQueryTimeout) > 0) {
            throw new IllegalArgumentException(
                    "queryTimeout " + queryTimeout + " must not exceed maxQueryTimeout " + maxQueryTimeout);
        }
    }

    /**
     * When a query that arrives at {@code nowMs} is answered at the latest.
     *
     * @param askedMs the deadline it asks for, in milliseconds since the epoch; 0 for none
     */
    long deadlineMs(long askedMs, long nowMs) {
        long wanted = askedMs == 0 ? nowMs + queryTimeout.toMillis() : askedMs;
        return Math.min(wanted, nowMs + maxQueryTimeout.toMillis());
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, was " + value);
        }
    }
}
