package rerank.model.ranking;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** How a query's candidates are judged. A checkpoint offers some of them, see {@link PairJudge.Identity#modes()}. */
public enum Mode {
    /** Explanation first, label after it (InteRank): every pair is decoded. */
    EXPLAIN,
    /** Label only: one forward pass a pair, no explanation. */
    LABEL,
    /** Label first for every pair; an explanation after it only for the top of the ranking. */
    JUSTIFY,
    /** Candidates in windows, ordered by the model's first token (FIRST): one forward pass a window, no labels. */
    LISTWISE,
    /** The score of a head on an encoder: one forward pass a pair, no explanation. */
    CROSS_ENCODER;

    /** What every language model that explains offers; those that can read lists also offer {@link #LISTWISE}. */
    public static final Set<Mode> OF_LANGUAGE_MODELS = Set.of(EXPLAIN, LABEL, JUSTIFY);

    /** The mode as written in configuration, events and reports, for example {@code cross-encoder}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All of them as a sentence has them: {@code explain, label, justify, listwise or cross-encoder}. */
    public static String ids() {
        List<String> ids = Arrays.stream(values()).map(Mode::id).toList();
        int last = ids.size() - 1;
        return String.join(", ", ids.subList(0, last)) + " or " + ids.get(last);
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
        throw new IllegalArgumentException("unknown mode '" + id + "'; use " + ids());
    }
}
