package rerank.cli.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import rerank.trainer.evaluation.Calibration;
import rerank.trainer.evaluation.ScoreDistribution;

/** Plots as SVG elements; colours are classes of the page's style sheet, so that they follow its light and dark scheme. */
final class Charts {
    private static final int LABEL_WIDTH = 130;
    private static final int VALUE_WIDTH = 90;
    private static final int ROW = 30;

    private Charts() {}

    /**
     * A bar of {@link #bars}.
     *
     * @param style class of its colour: accent, muted, good or bad
     */
    record Bar(String name, double value, String shown, String style) {}

    /** Horizontal bars from 0, the longest one as wide as the plot, or as {@code most} says. */
    static String bars(String title, List<Bar> bars, double most) {
        int width = 720;
        double full = width - LABEL_WIDTH - VALUE_WIDTH;
        double longest = Math.max(most, 1e-9);
        StringBuilder svg = open(title, width, bars.size() * ROW + 4);
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            double y = i * ROW + 4;
            double length = Math.max(1, full * Math.min(1, bar.value() / longest));
            svg.append(text(LABEL_WIDTH - 10, y + 16, "end", "name", bar.name()));
            svg.append(rectangle(LABEL_WIDTH, y, length, ROW - 8, bar.style(), bar.name() + ": " + bar.shown()));
            svg.append(text(LABEL_WIDTH + length + 8, y + 16, "start", "value", bar.shown()));
        }
        return svg.append("</svg>").toString();
    }

    /** A bar for each query, from the largest loss to the largest gain. */
    static String deltas(String title, List<QueryFigures> queries) {
        int width = 960;
        int height = 250;
        int left = 46;
        List<QueryFigures> sorted = new ArrayList<>(queries);
        sorted.sort(Comparator.comparingDouble(QueryFigures::delta));
        double most = Math.max(
                0.1,
                sorted.stream()
                        .mapToDouble(query -> Math.abs(query.delta()))
                        .max()
                        .orElse(1));
        double middle = height / 2.0;
        double unit = (middle - 14) / most;
        double step = (double) (width - left - 10) / Math.max(1, sorted.size());
        StringBuilder svg = open(title, width, height);
        for (double tick : new double[] {-most, -most / 2, 0, most / 2, most}) {
            double y = middle - tick * unit;
            svg.append(line(left, y, width - 10, y, "axis"));
            svg.append(
                    text(left - 6, y + 4, "end", "tick", tick == 0 ? "0" : String.format(Locale.ROOT, "%+.2f", tick)));
        }
        for (int i = 0; i < sorted.size(); i++) {
            QueryFigures query = sorted.get(i);
            double length = Math.max(Math.abs(query.delta()) * unit, 0.75);
            double y = query.delta() > 0 ? middle - length : middle;
            String style = query.delta() > 0 ? "good" : query.delta() < 0 ? "bad" : "muted";
            svg.append(rectangle(
                    left + i * step,
                    y,
                    Math.max(0.5, step > 4 ? step - 1 : step),
                    length,
                    style,
                    Html.difference(query.delta()) + "  " + query.text() + " (" + query.id() + ")"));
        }
        return svg.append("</svg>").toString();
    }

    /** What was said against what was true: on the dashed line they agree; large dots hold many pairs. */
    static String reliability(String title, Calibration calibration) {
        int size = 280;
        int left = 34;
        double side = size - left - 12.0;
        StringBuilder svg = open(title, size, size);
        double bottom = size - left;
        for (double tick : new double[] {0, 0.5, 1}) {
            double x = left + tick * side;
            double y = bottom - tick * side;
            svg.append(line(x, bottom, x, bottom - side, "axis")).append(line(left, y, left + side, y, "axis"));
            svg.append(text(x, bottom + 15, "middle", "tick", String.format(Locale.ROOT, "%.1f", tick)));
            svg.append(text(left - 5, y + 4, "end", "tick", String.format(Locale.ROOT, "%.1f", tick)));
        }
        svg.append(text(left + side / 2, size - 3.0, "middle", "tick", "said"));
        svg.append(line(left, bottom, left + side, bottom - side, "ideal"));
        StringBuilder path = new StringBuilder();
        StringBuilder dots = new StringBuilder();
        for (Calibration.Bin bin : calibration.bins()) {
            double x = left + bin.meanProbability() * side;
            double y = bottom - bin.relevantShare() * side;
            path.append(path.length() == 0 ? "M" : "L")
                    .append(number(x))
                    .append(' ')
                    .append(number(y));
            double radius = 3 + 9 * Math.sqrt((double) bin.pairs() / Math.max(1, calibration.pairs()));
            dots.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" class=\"accent\"><title>%s</title></circle>",
                    number(x),
                    number(y),
                    number(radius),
                    Html.text(String.format(
                            Locale.ROOT,
                            "said %.3f, true %.3f, %,d pairs",
                            bin.meanProbability(),
                            bin.relevantShare(),
                            bin.pairs()))));
        }
        svg.append("<path class=\"curve\" d=\"").append(path).append("\"/>").append(dots);
        return svg.append("</svg>").toString();
    }

    /** Scores in bins from 0 to 1; heights are logarithmic, for most candidates of any query are irrelevant. */
    static String histogram(String title, ScoreDistribution scores) {
        int width = 280;
        int height = 150;
        double bottom = height - 20;
        double most = Math.log1p(
                scores.histogram().stream().mapToLong(Long::longValue).max().orElse(1));
        double step = (width - 10.0) / ScoreDistribution.BINS;
        StringBuilder svg = open(title, width, height);
        for (int i = 0; i < ScoreDistribution.BINS; i++) {
            long count = scores.histogram().get(i);
            double length = most == 0 ? 0 : (bottom - 8) * Math.log1p(count) / most;
            boolean isEnd = i == 0 || i == ScoreDistribution.BINS - 1;
            if (count > 0) {
                svg.append(rectangle(
                        5 + i * step,
                        bottom - length,
                        step - 2,
                        length,
                        isEnd ? "bad" : "accent",
                        String.format(Locale.ROOT, "%.2f to %.2f: %,d", i / 20.0, (i + 1) / 20.0, count)));
            }
        }
        svg.append(line(5, bottom, width - 5, bottom, "axis"));
        for (double tick : new double[] {0, 0.5, 1}) {
            String anchor = tick == 0 ? "start" : tick == 1 ? "end" : "middle";
            svg.append(text(
                    5 + tick * (width - 10), height - 5.0, anchor, "tick", String.format(Locale.ROOT, "%.1f", tick)));
        }
        return svg.append("</svg>").toString();
    }

    private static StringBuilder open(String title, int width, int height) {
        return new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\" style=\"max-width:%dpx\">",
                width,
                height,
                Html.text(title),
                width));
    }

    private static String rectangle(double x, double y, double width, double height, String style, String hint) {
        return String.format(
                Locale.ROOT,
                "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" class=\"%s\"><title>%s</title></rect>",
                number(x),
                number(y),
                number(width),
                number(height),
                style,
                Html.text(hint));
    }

    private static String line(double x1, double y1, double x2, double y2, String style) {
        return String.format(
                Locale.ROOT,
                "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" class=\"%s\"/>",
                number(x1),
                number(y1),
                number(x2),
                number(y2),
                style);
    }

    private static String text(double x, double y, String anchor, String style, String text) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" class=\"%s\">%s</text>",
                number(x),
                number(y),
                anchor,
                style,
                Html.text(text));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value).replaceAll("\\.?0+$", "");
    }
}
