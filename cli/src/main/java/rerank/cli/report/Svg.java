package rerank.cli.report;

import java.util.Locale;

/** Pieces of SVG pictures that stand alone. */
public final class Svg {
    private Svg() {}

    /**
     * Words at a place.
     *
     * @param anchor {@code start}, {@code middle} or {@code end}
     * @param words any text; signs of markup are written as such
     */
    public static String text(double x, double y, String anchor, String colour, String words) {
        return format(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                colour,
                words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
    }

    /** {@link String#format} with points in numbers, wherever it runs. */
    public static String format(String format, Object... args) {
        return String.format(Locale.ROOT, format, args);
    }
}
