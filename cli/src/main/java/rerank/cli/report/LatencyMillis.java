package rerank.cli.report;

import java.util.Arrays;
import java.util.Collection;

/**
 * How long answers took, in milliseconds, by the nearest-rank method; 0 where nothing was measured.
 *
 * @param p50 half of the answers were no slower
 * @param p99 99 of 100 answers were no slower
 */
public record LatencyMillis(double p50, double p99) {
    /** Percentiles of durations given in nanoseconds. */
    public static LatencyMillis ofNanos(Collection<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return new LatencyMillis(percentile(sorted, 50), percentile(sorted, 99));
    }

    private static double percentile(long[] sorted, int percent) {
        if (sorted.length == 0) {
            return 0;
        }
        int rank = (int) Math.ceil(percent / 100.0 * sorted.length);
        return Arrays.stream(sorted).skip(Math.max(0, rank - 1)).findFirst().orElseThrow() / 1e6;
    }
}
