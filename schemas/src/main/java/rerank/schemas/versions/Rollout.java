package rerank.schemas.versions;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.schemas.ModelVersions;
import rerank.schemas.TrustedClasses;

/**
 * What to announce for a change, given the standing: pure functions for {@link VersionAnnouncer.Decision}. A list is ordered
 * so that workers which have read only the beginning of it serve a version that somebody meant to serve.
 */
public final class Rollout {
    static {
        TrustedClasses.trustOurEvents();
    }

    private Rollout() {}

    /**
     * A new version as canary, for a share of the queries. A canary that is out ends with it.
     *
     * @param draft the version with its URI, hash, parent, metrics and reason
     * @param share in (0, 1]
     * @throws RolloutException if the version is known already, or the active one is pinned
     */
    public static List<ModelVersion> canary(ModelVersions standing, ModelVersion draft, double share) {
        if (!(share > 0 && share <= 1)) {
            throw new RolloutException("a canary's share of the queries must be above 0 and at most 1, was " + share);
        }
        requireNew(standing, draft);
        requireUnpinned(standing);
        List<ModelVersion> announcements = new ArrayList<>();
        announcements.add(with(draft, ModelStatus.CANARY, draft.getReason())
                .setCanaryShare(share)
                .build());
        standing.canary()
                .ifPresent(before -> announcements.add(
                        withdrawn(before, "version " + draft.getVersion() + " is the canary instead")));
        return announcements;
    }

    /**
     * A new version that serves at once.
     *
     * @throws RolloutException if the version is known already, or the active one is pinned
     */
    public static List<ModelVersion> active(ModelVersions standing, ModelVersion draft) {
        requireNew(standing, draft);
        requireUnpinned(standing);
        List<ModelVersion> announcements = new ArrayList<>();
        announcements.add(with(draft, ModelStatus.ACTIVE, draft.getReason()).build());
        endCanary(standing, "version " + draft.getVersion() + " serves everything", announcements);
        return announcements;
    }

    /**
     * A new version that does not serve: {@code CANDIDATE}, or {@code REFUSED} with the reason.
     *
     * @throws RolloutException if the version is known already
     */
    public static List<ModelVersion> aside(ModelVersions standing, ModelVersion draft, ModelStatus status) {
        if (status != ModelStatus.CANDIDATE && status != ModelStatus.REFUSED) {
            throw new RolloutException("a version that does not serve is CANDIDATE or REFUSED, not " + status);
        }
        requireNew(standing, draft);
        return List.of(with(draft, status, draft.getReason()).build());
    }

    /**
     * A version that is known, a canary for example, serves everything from now on.
     *
     * @param metrics figures of this decision, added to those of the version
     * @throws RolloutException if it is not known, was refused, serves already, or the active one is pinned
     */
    public static List<ModelVersion> promote(
            ModelVersions standing, String version, Map<String, Double> metrics, String reason) {
        requireUnpinned(standing);
        ModelVersion known = known(standing, version);
        if (isActive(standing, version)) {
            throw new RolloutException("model version " + version + " serves already");
        }
        return serving(standing, known, metrics, reason, false);
    }

    /**
     * Back: the canary is withdrawn if one is out; otherwise the version that served before serves again, and without one, what
     * workers are configured with.
     *
     * @param metrics figures of this decision, added to those of the version that is withdrawn
     * @throws RolloutException if nothing serves that was announced, or it is pinned
     */
    public static List<ModelVersion> rollback(ModelVersions standing, Map<String, Double> metrics, String reason) {
        requireUnpinned(standing);
        Optional<ModelVersion> canary = standing.canary();
        if (canary.isPresent()) {
            return List.of(withdrawn(canary.get(), metrics, reason));
        }
        ModelVersion active = standing.active()
                .orElseThrow(
                        () -> new RolloutException("no announced version serves; there is nothing to go back from"));
        List<ModelVersion> announcements = new ArrayList<>();
        servedBefore(standing, active)
                .ifPresent(before -> announcements.add(
                        with(before, ModelStatus.ACTIVE, "served before " + active.getVersion() + ": " + reason)
                                .build()));
        announcements.add(withdrawn(active, metrics, reason));
        return announcements;
    }

    /**
     * Back to a version that is known; the one that serves now and the canary are withdrawn.
     *
     * @throws RolloutException if it is not known, was refused, serves already, or the active one is pinned
     */
    public static List<ModelVersion> rollbackTo(ModelVersions standing, String version, String reason) {
        requireUnpinned(standing);
        ModelVersion known = known(standing, version);
        if (isActive(standing, version)) {
            throw new RolloutException("model version " + version + " serves already");
        }
        if (standing.canary()
                .filter(canary -> canary.getVersion().equals(version))
                .isPresent()) {
            throw new RolloutException("model version " + version + " is the canary; promote it, or name another one");
        }
        List<ModelVersion> announcements = serving(standing, known, Map.of(), reason, false);
        standing.active().ifPresent(active -> announcements.add(withdrawn(active, Map.of(), reason)));
        return announcements;
    }

    /**
     * A version serves, and learning leaves that alone until it is {@link #unpin unpinned}; a canary ends.
     *
     * @throws RolloutException if it is not known, was refused, or is pinned already
     */
    public static List<ModelVersion> pin(ModelVersions standing, String version, String reason) {
        ModelVersion known = known(standing, version);
        if (isActive(standing, version) && known.getPinned()) {
            throw new RolloutException("model version " + version + " is pinned already");
        }
        return serving(standing, known, Map.of(), reason, true);
    }

    /**
     * Learning may go on.
     *
     * @throws RolloutException if nothing is pinned
     */
    public static List<ModelVersion> unpin(ModelVersions standing, String reason) {
        ModelVersion active = standing.active()
                .filter(ModelVersion::getPinned)
                .orElseThrow(() -> new RolloutException("no version is pinned"));
        return List.of(with(active, ModelStatus.ACTIVE, reason).setPinned(false).build());
    }

    /** The version that would serve after a rollback of the active one. */
    public static Optional<ModelVersion> servedBefore(ModelVersions standing, ModelVersion active) {
        return standing.all().stream()
                .filter(version -> version.getStatus() == ModelStatus.ACTIVE)
                .filter(version -> version.getSequence() < active.getSequence())
                .max(Comparator.comparingLong(ModelVersion::getSequence));
    }

    private static List<ModelVersion> serving(
            ModelVersions standing, ModelVersion known, Map<String, Double> metrics, String reason, boolean pinned) {
        List<ModelVersion> announcements = new ArrayList<>();
        announcements.add(with(known, ModelStatus.ACTIVE, reason)
                .setPinned(pinned)
                .setMetrics(joined(known, metrics))
                .build());
        standing.canary()
                .filter(canary -> !canary.getVersion().equals(known.getVersion()))
                .ifPresent(canary ->
                        announcements.add(withdrawn(canary, "version " + known.getVersion() + " serves everything")));
        return announcements;
    }

    private static void endCanary(ModelVersions standing, String reason, List<ModelVersion> announcements) {
        standing.canary().ifPresent(canary -> announcements.add(withdrawn(canary, reason)));
    }

    private static ModelVersion withdrawn(ModelVersion version, String reason) {
        return withdrawn(version, Map.of(), reason);
    }

    private static ModelVersion withdrawn(ModelVersion version, Map<String, Double> metrics, String reason) {
        return with(version, ModelStatus.ROLLED_BACK, reason)
                .setMetrics(joined(version, metrics))
                .build();
    }

    private static ModelVersion.Builder with(ModelVersion version, ModelStatus status, String reason) {
        return ModelVersion.newBuilder(version)
                .setStatus(status)
                .setReason(reason)
                .setCanaryShare(0)
                .setPinned(false);
    }

    private static Map<String, Double> joined(ModelVersion version, Map<String, Double> metrics) {
        Map<String, Double> joined = new TreeMap<>(version.getMetrics());
        joined.putAll(metrics);
        return joined;
    }

    private static boolean isActive(ModelVersions standing, String version) {
        return standing.active()
                .filter(active -> active.getVersion().equals(version))
                .isPresent();
    }

    private static ModelVersion known(ModelVersions standing, String version) {
        ModelVersion known = standing.find(version)
                .orElseThrow(() -> new RolloutException("model version " + version + " was never announced; known are "
                        + standing.all().stream().map(ModelVersion::getVersion).toList()));
        if (known.getStatus() == ModelStatus.REFUSED) {
            throw new RolloutException("model version " + version + " was refused (" + known.getReason()
                    + ") and does not serve; publish the checkpoint under another name if you mean it");
        }
        return known;
    }

    private static void requireNew(ModelVersions standing, ModelVersion draft) {
        standing.find(draft.getVersion()).ifPresent(known -> {
            throw new RolloutException("model version " + draft.getVersion() + " was announced already, as "
                    + known.getStatus() + " with number " + known.getSequence()
                    + "; a version never changes: promote it, or give new weights a name of their own");
        });
    }

    private static void requireUnpinned(ModelVersions standing) {
        standing.active().filter(ModelVersion::getPinned).ifPresent(pinned -> {
            throw new RolloutException("model version " + pinned.getVersion() + " is pinned (" + pinned.getReason()
                    + "); unpin it first, or pin another one");
        });
    }
}
