package rerank.topology.worker;

/**
 * What a worker did with announced versions.
 *
 * @param sequence of the last announcement that was read
 * @param active what serves: a version's name; the configured checkpoint's while none is announced or can be loaded
 * @param canary the version that serves a share of the queries; empty for none
 * @param canaryShare its share
 * @param swaps how often what serves was changed
 * @param failures announced versions that could not be loaded, each counted once
 * @param lastFailure why the newest announced version, or the canary, does not serve here; empty if all do that should
 * @param retiring models out of service whose last pairs are still in flight
 */
public record VersionMetrics(
        long sequence,
        String active,
        String canary,
        double canaryShare,
        long swaps,
        long failures,
        String lastFailure,
        int retiring) {}
