package rerank.cli.simulation;

import java.util.ArrayList;
import java.util.List;
import rerank.cli.report.Svg;

/** Curves over sessions as an SVG picture that stands alone. */
public final class Curves {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 420;
    private static final int LEFT = 60;
    private static final int RIGHT = 220;
    private static final int TOP = 44;
    private static final int BOTTOM = 48;
    private static final int TICKS = 5;
    private static final List<String> COLOURS =
            List.of("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#7f7f7f");

    private Curves() {}

    /** A point of a curve. */
    public record At(double x, double y) {}

    /**
     * A curve.
     *
     * @param points from left to right; those that are not finite are left out
     * @param isDashed for controls
     */
    public record Line(String name, List<At> points, boolean isDashed) {
        public Line {
            points = points.stream()
                    .filter(at -> Double.isFinite(at.x()) && Double.isFinite(at.y()))
                    .toList();
        }

        /** A level across the whole picture. */
        public static Line level(String name, double y, double until) {
            return new Line(name, List.of(new At(0, y), new At(until, y)), true);
        }
    }

    /** The picture. */
    public static String svg(String title, String xTitle, String yTitle, List<Line> lines) {
        Frame frame = Frame.around(lines);
        StringBuilder svg = new StringBuilder();
        svg.append(Svg.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"13\">%n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n",
                WIDTH, HEIGHT, WIDTH, HEIGHT));
        svg.append(Svg.text(LEFT, 24, "start", "#222222", title));
        svg.append(Svg.text(LEFT + plotWidth() / 2, HEIGHT - 10, "middle", "#444444", xTitle));
        svg.append(Svg.text(LEFT, TOP - 6, "start", "#444444", yTitle));
        for (int i = 0; i <= TICKS; i++) {
            double x = frame.mostX() * i / TICKS;
            double y = frame.lowY() + (frame.highY() - frame.lowY()) * i / TICKS;
            svg.append(Svg.format(
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n",
                    LEFT, frame.y(y), WIDTH - RIGHT, frame.y(y)));
            svg.append(Svg.text(LEFT - 6, frame.y(y) + 4, "end", "#444444", Svg.format("%.3f", y)));
            svg.append(Svg.text(frame.x(x), HEIGHT - BOTTOM + 18, "middle", "#444444", Svg.format("%.0f", x)));
        }
        for (int i = 0; i < lines.size(); i++) {
            svg.append(line(lines.get(i), COLOURS.get(i % COLOURS.size()), frame));
            svg.append(Svg.text(
                    WIDTH - RIGHT + 14,
                    TOP + 14 + 20 * i,
                    "start",
                    COLOURS.get(i % COLOURS.size()),
                    lines.get(i).name()));
        }
        return svg.append("</svg>\n").toString();
    }

    private static String line(Line line, String colour, Frame frame) {
        List<String> points = new ArrayList<>();
        line.points().forEach(at -> points.add(Svg.format("%.1f,%.1f", frame.x(at.x()), frame.y(at.y()))));
        return Svg.format(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>%n",
                String.join(" ", points), colour, line.isDashed() ? " stroke-dasharray=\"6 4\"" : "");
    }

    private static int plotWidth() {
        return WIDTH - LEFT - RIGHT;
    }

    /** From values to places. */
    private record Frame(double mostX, double lowY, double highY) {
        static Frame around(List<Line> lines) {
            double mostX = 1;
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (Line line : lines) {
                for (At at : line.points()) {
                    mostX = Math.max(mostX, at.x());
                    low = Math.min(low, at.y());
                    high = Math.max(high, at.y());
                }
            }
            if (low > high) {
                return new Frame(mostX, 0, 1);
            }
            double margin = Math.max(0.01, 0.06 * (high - low));
            return new Frame(mostX, low - margin, high + margin);
        }

        double x(double value) {
            return LEFT + plotWidth() * value / mostX;
        }

        double y(double value) {
            return TOP + (HEIGHT - TOP - BOTTOM) * (highY - value) / (highY - lowY);
        }
    }
}
