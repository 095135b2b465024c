package rerank.topology.worker;

/**
 * What a worker did with announced versions.
 *
 * @param sequence of the last announcement that was read
 * @param active what serves: a version's name; the configured checkpoint's while none is announced or can be loaded
 * @param activeSinceMs since when it serves, in milliseconds since the epoch
 * @param canary the version that serves a share of the queries; empty for none
 * @param canarySinceMs since when it serves them, in milliseconds since the epoch; 0 for none
 * @param canaryShare its share
 * @param swaps how often what serves was changed
 * @param failures announced versions that could not be loaded, each counted once
 * @param lastFailure why the newest announced version, or the canary, does not serve here; empty if all do that should
 * @param retiring models out of service whose last pairs are still in flight
 */
public record VersionMetrics(
        long sequence,
        String active,
        long activeSinceMs,
        String canary,
        long canarySinceMs,
        double canaryShare,
        long swaps,
        long failures,
        String lastFailure,
        int retiring) {
    /** A worker serves its configured checkpoint and has read no announcement. */
    static VersionMetrics configured(String modelVersion, long sinceMs) {
        return new VersionMetrics(0, modelVersion, sinceMs, "", 0, 0, 0, 0, "", 0);
    }

    VersionMetrics withRetiring(int engines) {
        return new VersionMetrics(
                sequence,
                active,
                activeSinceMs,
                canary,
                canarySinceMs,
                canaryShare,
                swaps,
                failures,
                lastFailure,
                engines);
    }

    VersionMetrics withFailure(String reason) {
        return new VersionMetrics(
                sequence,
                active,
                activeSinceMs,
                canary,
                canarySinceMs,
                canaryShare,
                swaps,
                failures + 1,
                reason,
                retiring);
    }
}
