package rerank.schemas;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificData;

/**
 * The standing of all versions: what the announcements on the topic of versions add up to, in any reader's hands. A
 * value; {@link #with} takes the next announcement.
 *
 * <p>Which version serves follows from the sequence numbers alone: the newest active one, and beside it the newest canary
 * if it was announced after that. So an announcement that promotes, rolls back or withdraws is one record.
 */
public final class ModelVersions {
    static {
        TrustedClasses.trustOurEvents();
    }

    /** Before any announcement. */
    public static final ModelVersions NONE = new ModelVersions(Map.of(), 0);

    private final Map<String, ModelVersion> newest;
    private final long lastSequence;

    private ModelVersions(Map<String, ModelVersion> newest, long lastSequence) {
        this.newest = newest;
        this.lastSequence = lastSequence;
    }

    /**
     * The standing after an announcement; the same as before if the announcement is not newer than what is known of its
     * version. A compacted topic has gaps, and what comes twice counts once.
     */
    public ModelVersions with(ModelVersion announcement) {
        ModelVersion known = newest.get(announcement.getVersion());
        if (known != null && known.getSequence() >= announcement.getSequence()) {
            return this;
        }
        Map<String, ModelVersion> after = new TreeMap<>(newest);
        after.put(announcement.getVersion(), SpecificData.get().deepCopy(ModelVersion.getClassSchema(), announcement));
        return new ModelVersions(Map.copyOf(after), Math.max(lastSequence, announcement.getSequence()));
    }

    /** The number of the last announcement; the next one has this plus 1. */
    public long lastSequence() {
        return lastSequence;
    }

    /** The version that serves; empty: workers serve what they were configured with. */
    public Optional<ModelVersion> active() {
        return newestOf(ModelStatus.ACTIVE);
    }

    /** The version that serves a share of the queries beside the active one. */
    public Optional<ModelVersion> canary() {
        long since = active().map(ModelVersion::getSequence).orElse(0L);
        return newestOf(ModelStatus.CANARY).filter(canary -> canary.getSequence() > since);
    }

    /** The newest announcement of a version. */
    public Optional<ModelVersion> find(String version) {
        return Optional.ofNullable(newest.get(version));
    }

    /** The newest announcement of each version, oldest first. */
    public List<ModelVersion> all() {
        return newest.values().stream()
                .sorted(Comparator.comparingLong(ModelVersion::getSequence))
                .toList();
    }

    private Optional<ModelVersion> newestOf(ModelStatus status) {
        return newest.values().stream()
                .filter(version -> version.getStatus() == status)
                .max(Comparator.comparingLong(ModelVersion::getSequence));
    }
}
