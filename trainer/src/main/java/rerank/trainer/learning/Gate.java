package rerank.trainer.learning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether a candidate may serve, decided on figures alone. It must pass every check:
 *
 * <ul>
 *   <li><em>golden</em>: on labelled queries, the lower end of the interval of the difference in nDCG@10 to the version that
 *       serves is not below {@code -goldenMargin};
 *   <li><em>start</em>: there, its mean is not below that of the distilled model by more than {@code startMargin}, so that
 *       many small losses do not add up;
 *   <li><em>off-policy</em>: on logged queries that it was not trained on, the lower end of the interval of the difference in
 *       click utility to the logged order is not below {@code -offPolicyMargin};
 *   <li><em>calibration</em>, <em>format</em>, <em>faithfulness</em>: not worse than the version that serves by more than
 *       their margins.
 * </ul>
 *
 * <p>Clicks can be bought, golden labels cannot: the first two are what stands against sabotage. Margins are in {@link Limits}.
 */
public final class Gate {
    private final Limits limits;
    private final long seed;

    /**
     * How much worse is too much.
     *
     * @param confidence of the golden and the off-policy interval's lower end, in (0.5, 1)
     * @param goldenMargin of nDCG@10, at least 0
     * @param startMargin of nDCG@10, at least 0
     * @param offPolicyMargin in clicks at the top a clicked query, at least 0
     * @param calibrationMargin of the expected calibration error, at least 0
     * @param formatMargin of the share of explanations that can be read, at least 0
     * @param faithfulnessMargin of the share of claims that hold, at least 0
     */
    public record Limits(
            double confidence,
            double goldenMargin,
            double startMargin,
            double offPolicyMargin,
            double calibrationMargin,
            double formatMargin,
            double faithfulnessMargin) {
        /** See docs/learning.md for why these. */
        public static final Limits DEFAULT = new Limits(0.8, 0.005, 0.002, 0.05, 0.03, 0.1, 0.1);
    }

    /**
     * What a gate looks at.
     *
     * @param distilled figures of the model that all versions come from
     * @param active figures of the version that serves
     * @param candidate figures of the candidate, over the same golden queries
     * @param offPolicy differences in click utility; see {@link OffPolicy}
     */
    public record Evidence(
            GoldenSet.Figures distilled, GoldenSet.Figures active, GoldenSet.Figures candidate, double[] offPolicy) {}

    /**
     * One check.
     *
     * @param name of the check
     * @param passes whether it lets the candidate through
     * @param text what was found against what is allowed
     */
    public record Check(String name, boolean passes, String text) {}

    /**
     * The verdict.
     *
     * @param checks in the order above
     * @param figures by name, for the announcement
     */
    public record Verdict(List<Check> checks, Map<String, Double> figures) {
        public Verdict {
            checks = List.copyOf(checks);
            figures = Map.copyOf(figures);
        }

        /** Whether every check passes. */
        public boolean passes() {
            return checks.stream().allMatch(Check::passes);
        }

        /** The checks that refuse; all of them where none does. */
        public String reason() {
            List<String> said = checks.stream()
                    .filter(check -> check.passes() == passes())
                    .map(Check::text)
                    .toList();
            return (passes() ? "passed: " : "refused: ") + String.join("; ", said);
        }
    }

    /**
     * A gate.
     *
     * @param seed of the resampling
     */
    public Gate(Limits limits, long seed) {
        this.limits = limits;
        this.seed = seed;
    }

    /** Decides. */
    public Verdict decide(Evidence evidence) {
        List<Check> checks = new ArrayList<>();
        Map<String, Double> figures = new LinkedHashMap<>();
        golden(evidence, checks, figures);
        offPolicy(evidence, checks, figures);
        GoldenSet.Figures active = evidence.active();
        GoldenSet.Figures candidate = evidence.candidate();
        notWorse(
                "calibration",
                -active.calibrationError(),
                -candidate.calibrationError(),
                limits.calibrationMargin(),
                checks);
        figures.put("ece", candidate.calibrationError());
        figures.put("eceBefore", active.calibrationError());
        if (candidate.explanations() > 0) {
            notWorse("format", active.readable(), candidate.readable(), limits.formatMargin(), checks);
            figures.put("readableExplanations", candidate.readable());
            if (!Double.isNaN(candidate.faithfulness()) && !Double.isNaN(active.faithfulness())) {
                notWorse(
                        "faithfulness",
                        active.faithfulness(),
                        candidate.faithfulness(),
                        limits.faithfulnessMargin(),
                        checks);
                figures.put("faithfulness", candidate.faithfulness());
                figures.put("faithfulnessBefore", active.faithfulness());
            }
        }
        return new Verdict(checks, figures);
    }

    private void golden(Evidence evidence, List<Check> checks, Map<String, Double> figures) {
        double[] before = evidence.active().ndcg10();
        double[] after = evidence.candidate().ndcg10();
        double[] differences = new double[after.length];
        for (int i = 0; i < after.length; i++) {
            differences[i] = after[i] - before[i];
        }
        Bootstrap bounds = Bootstrap.paired(differences, limits.confidence(), seed);
        checks.add(new Check(
                "golden",
                bounds.low() >= -limits.goldenMargin(),
                said(
                        "golden nDCG@10 %.4f after %.4f, difference %+.4f, at least %+.4f (allowed %+.4f)",
                        evidence.candidate().meanNdcg10(),
                        evidence.active().meanNdcg10(),
                        bounds.mean(),
                        bounds.low(),
                        -limits.goldenMargin())));
        double toStart =
                evidence.candidate().meanNdcg10() - evidence.distilled().meanNdcg10();
        checks.add(new Check(
                "start",
                toStart >= -limits.startMargin(),
                said(
                        "%+.4f to the distilled model's golden nDCG@10 (allowed %+.4f)",
                        toStart, -limits.startMargin())));
        figures.put("goldenNdcg10", evidence.candidate().meanNdcg10());
        figures.put("goldenNdcg10Before", evidence.active().meanNdcg10());
        figures.put("goldenDifference", bounds.mean());
        figures.put("goldenDifferenceLow", bounds.low());
        figures.put("goldenDifferenceHigh", bounds.high());
    }

    private void offPolicy(Evidence evidence, List<Check> checks, Map<String, Double> figures) {
        Bootstrap bounds = Bootstrap.paired(evidence.offPolicy(), limits.confidence(), seed + 1);
        if (bounds.count() == 0) {
            return;
        }
        checks.add(new Check(
                "off-policy",
                bounds.low() >= -limits.offPolicyMargin(),
                said(
                        "click utility off-policy %+.4f, at least %+.4f (allowed %+.4f)",
                        bounds.mean(), bounds.low(), -limits.offPolicyMargin())));
        figures.put("offPolicyDifference", bounds.mean());
        figures.put("offPolicyDifferenceLow", bounds.low());
    }

    private static void notWorse(String name, double before, double after, double margin, List<Check> checks) {
        checks.add(new Check(
                name,
                after >= before - margin,
                said("%s %.3f after %.3f (allowed loss %.3f)", name, Math.abs(after), Math.abs(before), margin)));
    }

    private static String said(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
