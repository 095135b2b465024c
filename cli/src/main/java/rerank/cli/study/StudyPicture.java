package rerank.cli.study;

import java.util.Map;
import rerank.cli.report.Svg;

/** nDCG@10 of all arms as an SVG picture that stands alone: a dot for each seed, a bar at their mean, lines for the controls. */
public final class StudyPicture {
    private static final int WIDTH = 860;
    private static final int LEFT = 190;
    private static final int RIGHT = 190;
    private static final int HEADER = 56;
    private static final int ROW = 28;
    private static final int FOOTER = 34;
    private static final int TICKS = 5;

    private StudyPicture() {}

    /** The picture. */
    public static String svg(StudyReport report) {
        StringBuilder panels = new StringBuilder();
        int top = 0;
        for (StudyReport.OfData data : report.data()) {
            int height = HEADER + ROW * data.served().size() + FOOTER;
            panels.append(panel(data, Scale.around(data), top, height));
            top += height;
        }
        return Svg.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"13\">%n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n%s</svg>%n",
                WIDTH, top, WIDTH, top, panels);
    }

    private static String panel(StudyReport.OfData data, Scale scale, int top, int height) {
        StringBuilder svg = new StringBuilder();
        int first = top + HEADER;
        int last = top + height - FOOTER;
        svg.append(Svg.text(
                LEFT, top + 20, "start", "#222222", data.name() + ", nDCG@10, " + data.queries() + " queries"));
        svg.append(Svg.text(WIDTH - RIGHT + 14, top + 20, "start", "#444444", "mean; decoded tokens a pair"));
        for (int i = 0; i <= TICKS; i++) {
            double value = scale.low() + (scale.high() - scale.low()) * i / TICKS;
            svg.append(line(scale.x(value), first, scale.x(value), last, "#dddddd", ""));
            svg.append(Svg.text(scale.x(value), last + 18, "middle", "#444444", Svg.format("%.3f", value)));
        }
        // Names on lines of their own: controls may be close together.
        int nameAt = first - 6;
        for (Map.Entry<String, Double> control : data.controls().entrySet()) {
            double x = scale.x(control.getValue());
            svg.append(line(x, nameAt + 2, x, last, "#7f7f7f", " stroke-dasharray=\"6 4\""));
            svg.append(Svg.text(x, nameAt, "middle", "#7f7f7f", control.getKey()));
            nameAt -= 14;
        }
        for (int i = 0; i < data.served().size(); i++) {
            svg.append(row(data.served().get(i), scale, first + ROW * i + ROW / 2));
        }
        return svg.toString();
    }

    private static String row(StudyReport.Served served, Scale scale, int y) {
        Spread ndcg10 = served.ndcg10();
        StringBuilder svg = new StringBuilder();
        svg.append(Svg.text(LEFT - 10, y + 4, "end", "#222222", served.name()));
        svg.append(line(scale.x(ndcg10.lowest()), y, scale.x(ndcg10.highest()), y, "#1f77b4", ""));
        svg.append(
                line(scale.x(ndcg10.mean()), y - 8, scale.x(ndcg10.mean()), y + 8, "#1f77b4", " stroke-width=\"3\""));
        for (double value : ndcg10.values()) {
            svg.append(Svg.format("<circle cx=\"%.1f\" cy=\"%d\" r=\"4\" fill=\"#1f77b4\"/>%n", scale.x(value), y));
        }
        return svg.append(Svg.text(
                        WIDTH - RIGHT + 14,
                        y + 4,
                        "start",
                        "#222222",
                        Svg.format(
                                "%.4f; %.1f",
                                ndcg10.mean(), served.tokensPerPair().mean())))
                .toString();
    }

    private static String line(double x1, double y1, double x2, double y2, String colour, String more) {
        return Svg.format(
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"%s/>%n",
                x1, y1, x2, y2, colour, more);
    }

    /** From values to places. */
    private record Scale(double low, double high) {
        static Scale around(StudyReport.OfData data) {
            double low = 1;
            double high = 0;
            for (double control : data.controls().values()) {
                low = Math.min(low, control);
                high = Math.max(high, control);
            }
            for (StudyReport.Served served : data.served()) {
                low = Math.min(low, served.ndcg10().lowest());
                high = Math.max(high, served.ndcg10().highest());
            }
            double margin = Math.max(0.01, 0.08 * (high - low));
            return new Scale(low - margin, high + margin);
        }

        double x(double value) {
            return LEFT + (WIDTH - LEFT - RIGHT) * (value - low) / (high - low);
        }
    }
}
