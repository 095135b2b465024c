package rerank.trainer.faithfulness;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much of what explanations say is true.
 *
 * @param explanations that were checked, empty ones among them
 * @param empty of those, without a word
 * @param unchecked explanations of pairs that nothing is known about; in no other figure
 * @param faultless explanations without an unsupported or missing claim, and with a supported one
 * @param counts all claims
 * @param byKind the claims by kind, kinds without claims left out
 */
public record Faithfulness(
        int explanations, int empty, int unchecked, int faultless, Counts counts, Map<Claim.Kind, Counts> byKind) {
    /**
     * Claims by what came of checking them.
     *
     * @param supported borne out by query and document
     * @param unsupported contradicted, or not readable
     * @param missing owed and not said
     * @param unknown could not be checked; not part of the score
     */
    public record Counts(long supported, long unsupported, long missing, long unknown) {
        static final Counts NONE = new Counts(0, 0, 0, 0);

        /** Claims that were said or owed, and checked. */
        public long checked() {
            return supported + unsupported + missing;
        }

        /** Share of the claims said or owed that hold, in [0, 1]; 0 where none was checked. */
        public double score() {
            return checked() == 0 ? 0 : (double) supported / checked();
        }

        private Counts with(Claim.Verdict verdict) {
            return switch (verdict) {
                case SUPPORTED -> new Counts(supported + 1, unsupported, missing, unknown);
                case UNSUPPORTED -> new Counts(supported, unsupported + 1, missing, unknown);
                case MISSING -> new Counts(supported, unsupported, missing + 1, unknown);
                case UNKNOWN -> new Counts(supported, unsupported, missing, unknown + 1);
            };
        }
    }

    /** Nothing checked yet. */
    public static final Faithfulness NONE = new Faithfulness(0, 0, 0, 0, Counts.NONE, Map.of());

    public Faithfulness {
        byKind = Collections.unmodifiableMap(new LinkedHashMap<>(byKind));
    }

    /** These figures with one more explanation. */
    public Faithfulness with(String explanation, List<Claim> claims) {
        Counts all = counts;
        Counts own = Counts.NONE;
        Map<Claim.Kind, Counts> kinds = new LinkedHashMap<>(byKind);
        for (Claim claim : claims) {
            own = own.with(claim.verdict());
            all = all.with(claim.verdict());
            kinds.put(
                    claim.kind(), kinds.getOrDefault(claim.kind(), Counts.NONE).with(claim.verdict()));
        }
        boolean isFaultless = own.supported() > 0 && own.supported() == own.checked();
        return new Faithfulness(
                explanations + 1,
                empty + (explanation.isBlank() ? 1 : 0),
                unchecked,
                faultless + (isFaultless ? 1 : 0),
                all,
                kinds);
    }

    /** These figures with one more explanation of a pair that nothing is known about. */
    public Faithfulness withUnchecked() {
        return new Faithfulness(explanations, empty, unchecked + 1, faultless, counts, byKind);
    }

    /** Share of the claims said or owed that hold: the headline figure. */
    public double score() {
        return counts.score();
    }

    /** Share of the explanations without fault; 0 where there is none. */
    public double faultlessShare() {
        return explanations == 0 ? 0 : (double) faultless / explanations;
    }
}
