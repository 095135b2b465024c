package rerank.trainer.distillation;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Draws how often each label occurs, as shares: for each data set those that were trained, those that its dev pairs have,
 * and those that the model gave them at the last evaluation.
 */
final class LabelHistogram {
    private static final List<String> KINDS = List.of("trained", "actual", "predicted");
    private static final List<Color> COLOURS = List.of(new Color(0x7f7f7f), new Color(0x1f77b4), new Color(0xff7f0e));
    private static final int WIDTH = 900;
    private static final int PANEL = 220;
    private static final int MARGIN = 50;
    private static final int BAR = 60;

    private LabelHistogram() {}

    /** Writes the picture as a PNG; nothing where the log has no labels. */
    static void write(List<JsonNode> entries, Path file) {
        Map<String, JsonNode> newest = new LinkedHashMap<>();
        entries.stream()
                .filter(entry -> entry.path("event").asText().equals("labels"))
                .forEach(entry -> newest.put(entry.path("data").asText(), entry));
        if (newest.isEmpty()) {
            return;
        }
        try {
            ImageIO.write(draw(new ArrayList<>(newest.values())), "png", file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException("label histogram " + file + ": cannot be written", e);
        }
    }

    static BufferedImage draw(List<JsonNode> entries) {
        var image = new BufferedImage(WIDTH, PANEL * entries.size(), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, WIDTH, image.getHeight());
        for (int i = 0; i < entries.size(); i++) {
            panel(g, PANEL * i, entries.get(i));
        }
        g.dispose();
        return image;
    }

    private static void panel(Graphics2D g, int top, JsonNode entry) {
        g.setColor(Color.DARK_GRAY);
        g.drawString(
                entry.path("data").asText() + ", step " + entry.path("step").asLong() + ": share of labels",
                MARGIN,
                top + 18);
        int bottom = top + PANEL - MARGIN / 2;
        for (int kind = 0; kind < KINDS.size(); kind++) {
            JsonNode counts = entry.path(KINDS.get(kind));
            double sum = counts.path(0).asDouble()
                    + counts.path(1).asDouble()
                    + counts.path(2).asDouble();
            for (int label = 0; label < 3 && sum > 0; label++) {
                double share = counts.path(label).asDouble() / sum;
                int height = (int) Math.round(share * (PANEL - 2 * MARGIN));
                int x = MARGIN + kind * 280 + label * (BAR + 15);
                g.setColor(COLOURS.get(kind));
                g.fillRect(x, bottom - height, BAR, height);
                g.setColor(Color.DARK_GRAY);
                g.drawString(String.format(Locale.ROOT, "%.1f %%", 100 * share), x + 6, bottom - height - 4);
                g.drawString(KINDS.get(kind) + " " + label, x, bottom + 14);
            }
        }
    }
}
