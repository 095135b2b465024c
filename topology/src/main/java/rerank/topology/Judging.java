package rerank.topology;

import java.time.Duration;
import java.util.Locale;

/**
 * Where pairs are judged and how many at once.
 *
 * @param placement in the query's owner task, or fanned out over the pairs topic
 * @param shards when fanned out, how many keys the candidates of one query are spread over; at least 1
 * @param maxInFlightPerTask pairs from which on a task waits before it takes its next record; at least 1
 * @param maxWaitForRoom how long it waits at most; then it takes the record all the same, so that timers and
 *     transactions stay on time when the model stalls; positive
 */
public record Judging(Placement placement, int shards, int maxInFlightPerTask, Duration maxWaitForRoom) {
    /** Where pairs are judged. */
    public enum Placement {
        /** In the task that owns the query: one commit from candidate to ranking. For one process, or many queries. */
        OWNER,
        /** Over the pairs topic: the candidates of one query spread over all workers, for two more commits. */
        FAN_OUT;

        /** As written in configuration: {@code owner} or {@code fan-out}. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /**
         * Reads {@link #id()} back, in any case.
         *
         * @throws IllegalArgumentException naming the value and the known ones
         */
        public static Placement of(String id) {
            for (Placement placement : values()) {
                if (placement.id().equalsIgnoreCase(id.strip())) {
                    return placement;
                }
            }
            throw new IllegalArgumentException("unknown placement '" + id + "'; use owner or fan-out");
        }
    }

    public Judging {
        if (shards < 1) {
            throw new IllegalArgumentException("shards must be at least 1, was " + shards);
        }
        if (maxInFlightPerTask < 1) {
            throw new IllegalArgumentException("maxInFlightPerTask must be at least 1, was " + maxInFlightPerTask);
        }
        if (maxWaitForRoom.isNegative() || maxWaitForRoom.isZero()) {
            throw new IllegalArgumentException("maxWaitForRoom must be positive, was " + maxWaitForRoom);
        }
    }
}
