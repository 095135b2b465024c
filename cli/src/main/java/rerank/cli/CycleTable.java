package rerank.cli;

import java.util.Locale;
import java.util.Map;
import rerank.trainer.loop.CycleReport;

/** What a cycle did, for people: experience, propensities, loss terms, the golden set before and after, the decision. */
final class CycleTable {
    private final StringBuilder text = new StringBuilder();
    private final Map<String, Double> figures;

    private CycleTable(Map<String, Double> figures) {
        this.figures = figures;
    }

    static String of(CycleReport report) {
        var table = new CycleTable(report.figures());
        String version = report.version() == null ? "" : " " + report.version();
        table.line(
                "cycle %d",
                "%s%s",
                report.cycle(),
                report.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                version);
        table.row("experiences", "%d new%s", report.experiences(), table.older());
        table.propensities();
        table.losses();
        table.golden();
        table.row("reason", "%s", report.reason());
        return table.text.append('\n').toString();
    }

    private String older() {
        Double all = figures.get("experiencesWithOlder");
        return all == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", %.0f with older ones; %.0f lists to learn from",
                        all,
                        figures.getOrDefault("lists", 0.0));
    }

    private void propensities() {
        StringBuilder row = new StringBuilder();
        for (int k = 1; figures.containsKey("propensity." + k); k++) {
            row.append(String.format(
                    Locale.ROOT,
                    "%s%d: %.2f (%.2f to %.2f)",
                    k == 1 ? "" : "  ",
                    k,
                    figures.getOrDefault("propensity." + k, 1.0),
                    figures.getOrDefault("propensity." + k + ".low", 1.0),
                    figures.getOrDefault("propensity." + k + ".high", 1.0)));
        }
        if (row.length() > 0) {
            row("propensities", "%s", row);
        }
    }

    private void losses() {
        StringBuilder row = new StringBuilder();
        for (String term : new String[] {"list", "grade", "kl", "replay"}) {
            Double first = figures.get("loss." + term + ".first");
            Double last = figures.get("loss." + term + ".last");
            if (first != null && last != null) {
                row.append(String.format(
                        Locale.ROOT, "%s%s %.3f to %.3f", row.length() == 0 ? "" : "  ", term, first, last));
            }
        }
        if (row.length() > 0) {
            row(
                    "losses",
                    "%s in %.0f steps, %.0f s",
                    row,
                    figures.getOrDefault("steps", 0.0),
                    figures.getOrDefault("seconds.training", 0.0));
        }
    }

    private void golden() {
        Double after = figures.get("goldenNdcg10");
        if (after != null) {
            row(
                    "golden",
                    "nDCG@10 %.4f to %.4f, difference %+.4f (%+.4f to %+.4f), %.0f s",
                    figures.getOrDefault("goldenNdcg10Before", Double.NaN),
                    after,
                    figures.getOrDefault("goldenDifference", Double.NaN),
                    figures.getOrDefault("goldenDifferenceLow", Double.NaN),
                    figures.getOrDefault("goldenDifferenceHigh", Double.NaN),
                    figures.getOrDefault("seconds.gate", 0.0));
        }
    }

    private void line(String name, String format, long cycle, Object... values) {
        text.append(String.format(Locale.ROOT, "%-14s", String.format(Locale.ROOT, name, cycle)))
                .append(String.format(Locale.ROOT, format, values))
                .append('\n');
    }

    private void row(String name, String format, Object... values) {
        text.append(String.format(Locale.ROOT, "%-14s", name))
                .append(String.format(Locale.ROOT, format, values))
                .append('\n');
    }
}
