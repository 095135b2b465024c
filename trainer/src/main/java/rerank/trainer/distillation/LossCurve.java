package rerank.trainer.distillation;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Draws a run's log as a picture over steps: the losses above, nDCG@10 of the dev sets below, and, of a refinement, the
 * rewards.
 */
final class LossCurve {
    private static final int WIDTH = 900;
    private static final int PANEL = 320;
    private static final int MARGIN = 60;
    private static final int GRID_LINES = 5;
    private static final List<Color> COLOURS = List.of(
            new Color(0x1f77b4), new Color(0xd62728), new Color(0x2ca02c), new Color(0x9467bd), new Color(0xff7f0e));

    private LossCurve() {}

    /** A point of a curve. */
    private record Point(double step, double value) {}

    /** Writes the picture as a PNG; a log without steps gives an empty frame. */
    static void write(List<JsonNode> entries, Path file) {
        BufferedImage image = draw(entries);
        try {
            ImageIO.write(image, "png", file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException("loss curve " + file + ": cannot be written", e);
        }
    }

    static BufferedImage draw(List<JsonNode> entries) {
        Map<String, List<Point>> losses = new LinkedHashMap<>();
        Map<String, List<Point>> dev = new LinkedHashMap<>();
        Map<String, List<Point>> rewards = new LinkedHashMap<>();
        for (JsonNode entry : entries) {
            double step = entry.path("step").asDouble();
            if (entry.path("event").asText().equals("step")) {
                for (String loss : List.of("nextToken", "label", "listwise")) {
                    add(losses, loss, step, entry.path(loss));
                }
            } else if (entry.path("event").asText().equals("eval")) {
                add(dev, entry.path("data").asText(), step, entry.path("ndcg10"));
                add(losses, "dev " + entry.path("data").asText(), step, entry.path("loss"));
            } else if (entry.path("event").asText().equals("refine")) {
                add(rewards, "reward", step, entry.path("reward"));
                add(rewards, "teacher's", step, entry.path("teacherReward"));
                add(rewards, "wrong label", step, entry.path("wrongLabel"));
                add(rewards, "bad format", step, entry.path("badFormat"));
            }
        }
        int panels = rewards.isEmpty() ? 2 : 3;
        var image = new BufferedImage(WIDTH, panels * PANEL, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, WIDTH, panels * PANEL);
        panel(g, 0, "loss (nats)", losses);
        panel(g, PANEL, "dev nDCG@10", dev);
        if (!rewards.isEmpty()) {
            panel(g, 2 * PANEL, "samples: mean reward, rates", rewards);
        }
        g.dispose();
        return image;
    }

    private static void add(Map<String, List<Point>> curves, String name, double step, JsonNode value) {
        if (value.isNumber()) {
            curves.computeIfAbsent(name, n -> new java.util.ArrayList<>()).add(new Point(step, value.asDouble()));
        }
    }

    private static void panel(Graphics2D g, int top, String title, Map<String, List<Point>> curves) {
        double maxStep = 1;
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (List<Point> curve : curves.values()) {
            for (Point point : curve) {
                maxStep = Math.max(maxStep, point.step());
                low = Math.min(low, point.value());
                high = Math.max(high, point.value());
            }
        }
        if (low > high) {
            low = 0;
            high = 1;
        }
        high = high - low < 1e-9 ? low + 1 : high;
        frame(g, top, title, maxStep, low, high);
        int colour = 0;
        for (Map.Entry<String, List<Point>> curve : curves.entrySet()) {
            g.setColor(COLOURS.get(colour % COLOURS.size()));
            g.drawString(curve.getKey(), WIDTH - MARGIN - 130, top + MARGIN / 2 + 18 * (colour + 1));
            g.setStroke(new BasicStroke(1.5f));
            g.draw(line(curve.getValue(), top, maxStep, low, high));
            colour++;
        }
    }

    private static void frame(Graphics2D g, int top, String title, double maxStep, double low, double high) {
        g.setColor(Color.DARK_GRAY);
        g.setStroke(new BasicStroke(1f));
        g.drawRect(MARGIN, top + MARGIN / 2, WIDTH - 2 * MARGIN, PANEL - MARGIN);
        g.drawString(title, MARGIN, top + MARGIN / 2 - 8);
        for (int i = 0; i <= GRID_LINES; i++) {
            double value = low + (high - low) * i / GRID_LINES;
            int y = (int) y(value, top, low, high);
            g.drawString(String.format(Locale.ROOT, "%.3f", value), 8, y + 4);
            g.drawString(
                    String.format(Locale.ROOT, "%.0f", maxStep * i / GRID_LINES),
                    MARGIN + (WIDTH - 2 * MARGIN) * i / GRID_LINES - 10,
                    top + PANEL - 12);
            g.setColor(Color.LIGHT_GRAY);
            g.drawLine(MARGIN, y, WIDTH - MARGIN, y);
            g.setColor(Color.DARK_GRAY);
        }
    }

    private static Path2D line(List<Point> curve, int top, double maxStep, double low, double high) {
        var path = new Path2D.Double();
        for (Point point : curve) {
            double x = MARGIN + point.step() / maxStep * (WIDTH - 2 * MARGIN);
            double y = y(point.value(), top, low, high);
            if (path.getCurrentPoint() == null) {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
        }
        return path;
    }

    private static double y(double value, int top, double low, double high) {
        return top + MARGIN / 2.0 + (PANEL - MARGIN) * (high - value) / (high - low);
    }
}
