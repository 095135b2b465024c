package rerank.cli.evaluation;

import java.util.LinkedHashMap;
import java.util.Map;
import rerank.trainer.faithfulness.Faithfulness;

/**
 * Whether query and document bear out what the explanations say.
 *
 * @param score share of the claims said or owed that hold
 * @param faultlessShare share of the explanations in which all hold
 * @param explanations that were checked: those that the mode was to give, empty ones among them
 * @param empty of those, without a word: everything they owe is missing
 * @param unchecked explanations of pairs that nothing is known about
 * @param claims said or owed, and checked
 * @param supported that hold
 * @param unsupported that are false, or that no rule can read
 * @param missing owed and not said
 * @param unknown said, with nothing to check them by; not among the claims
 * @param kinds the same by what the claims are about
 */
public record FaithfulnessFigures(
        double score,
        double faultlessShare,
        int explanations,
        int empty,
        int unchecked,
        long claims,
        long supported,
        long unsupported,
        long missing,
        long unknown,
        Map<String, Kind> kinds) {
    /** The figures of one kind of claim, as in the whole. */
    public record Kind(double score, long claims, long supported, long unsupported, long missing, long unknown) {}

    static FaithfulnessFigures of(Faithfulness checked) {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        checked.byKind().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry ->
                        kinds.put(entry.getKey().name().toLowerCase(java.util.Locale.ROOT), kind(entry.getValue())));
        Kind all = kind(checked.counts());
        return new FaithfulnessFigures(
                checked.score(),
                checked.faultlessShare(),
                checked.explanations(),
                checked.empty(),
                checked.unchecked(),
                all.claims(),
                all.supported(),
                all.unsupported(),
                all.missing(),
                all.unknown(),
                kinds);
    }

    private static Kind kind(Faithfulness.Counts counts) {
        return new Kind(
                counts.score(),
                counts.checked(),
                counts.supported(),
                counts.unsupported(),
                counts.missing(),
                counts.unknown());
    }
}
