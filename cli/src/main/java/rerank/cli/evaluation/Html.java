package rerank.cli.evaluation;

import java.util.Locale;

/** Text and figures as a page shows them. */
final class Html {
    private Html() {}

    /** A text that no reader of HTML takes for anything else, in content and in quoted attributes. */
    static String text(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(codePoint -> {
            switch (codePoint) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isShown(codePoint) ? codePoint : ' ');
            }
        });
        return escaped.toString();
    }

    /** Control characters and halves of surrogate pairs are no characters of a page. */
    private static boolean isShown(int codePoint) {
        return !Character.isISOControl(codePoint) && Character.getType(codePoint) != Character.SURROGATE;
    }

    /** A figure between 0 and 1, with three decimals. */
    static String share(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** A share as a percentage. */
    static String percent(double value) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * value);
    }

    /** A difference with its sign. */
    static String difference(double value) {
        return String.format(Locale.ROOT, "%+.3f", value).replace('-', '\u2212');
    }

    /** Milliseconds. */
    static String millis(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f ms" : "%.0f ms", value);
    }

    /** A p-value, with the bound that so many rounds can tell. */
    static String p(double value) {
        return value < 0.001 ? "p < 0.001" : String.format(Locale.ROOT, "p = %.3f", value);
    }

    /** A number of things, with commas. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
