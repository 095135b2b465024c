package rerank.trainer.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reports beside each other as text for a terminal: one line a system, its means, and the difference of a measure to the
 * first line with its p-value.
 */
public final class EvaluationTable {
    private static final long SEED = 1;

    private final String compared;
    private final List<Line> lines = new ArrayList<>();

    /** A system's name and figures. */
    private record Line(String system, EvaluationReport report) {}

    /**
     * An empty table.
     *
     * @param compared the measure whose differences are tested, for example {@code ndcg10}
     */
    public EvaluationTable(String compared) {
        this.compared = compared;
    }

    /**
     * Adds a line; the first one is what the others are compared to.
     *
     * @throws IllegalArgumentException when the report is not over the queries of the first one
     */
    public EvaluationTable add(String system, EvaluationReport report) {
        if (!lines.isEmpty()) {
            EvaluationReport first = lines.get(0).report();
            if (!first.perQuery().keySet().equals(report.perQuery().keySet())) {
                throw new IllegalArgumentException(system + " was evaluated over " + report.queries() + " queries, "
                        + lines.get(0).system() + " over " + first.queries() + " or over others");
            }
        }
        lines.add(new Line(system, report));
        return this;
    }

    /** The table, each line ended by a line feed; empty when no report was added. */
    public String text() {
        if (lines.isEmpty()) {
            return "";
        }
        EvaluationReport first = lines.get(0).report();
        int width =
                lines.stream().mapToInt(line -> line.system().length()).max().orElse(0) + 2;
        StringBuilder text = new StringBuilder(" ".repeat(width));
        first.means().keySet().forEach(measure -> text.append(String.format("%10s", measure)));
        text.append(lines.size() > 1 ? String.format("  %s%n", compared + " difference") : "\n");
        for (Line line : lines) {
            text.append(String.format("%-" + width + "s", line.system()));
            first.means()
                    .keySet()
                    .forEach(measure -> text.append(
                            String.format(Locale.ROOT, "%10.4f", line.report().mean(measure))));
            text.append(line.report() == first ? "" : "  " + difference(line.report(), first))
                    .append('\n');
        }
        return text.append(queries(first)).append('\n').toString().replace(System.lineSeparator(), "\n");
    }

    private String difference(EvaluationReport report, EvaluationReport first) {
        double p = report.pValue(first, compared, SEED);
        String pValue = p < 0.001 ? "p < 0.001" : String.format(Locale.ROOT, "p = %.3f", p);
        return String.format(Locale.ROOT, "%+.4f (%s)", report.mean(compared) - first.mean(compared), pValue);
    }

    private static String queries(EvaluationReport report) {
        String counted = "over " + report.queries() + (report.queries() == 1 ? " query" : " queries");
        return report.queriesWithoutRelevant() == 0
                ? counted
                : counted + "; " + report.queriesWithoutRelevant() + " more have nothing relevant and are left out";
    }
}
