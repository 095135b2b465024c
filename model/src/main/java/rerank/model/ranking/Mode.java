package rerank.model.ranking;

import java.util.Locale;

/** How a query's candidates are judged. */
public enum Mode {
    /** Explanation first, label after it (InteRank): every pair is decoded. */
    EXPLAIN,
    /** Label only: one forward pass a pair, no explanation. */
    LABEL,
    /** Label first for every pair; an explanation after it only for the top of the ranking. */
    JUSTIFY;

    /** The mode as written in configuration, events and reports, for example {@code justify}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads {@link #id()} back, in any case.
     *
     * @throws IllegalArgumentException naming the value and the known modes
     */
    public static Mode of(String id) {
        for (Mode mode : values()) {
            if (mode.id().equalsIgnoreCase(id.strip())) {
                return mode;
            }
        }
        throw new IllegalArgumentException("unknown mode '" + id + "'; use explain, label or justify");
    }
}
