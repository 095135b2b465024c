package rerank.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes a ranking for people: the query, and for each document shown its verdict, score, origin and explanation. */
public final class RankingPrinter {
    private static final Pattern SENTENCE_START = Pattern.compile("(^|[.!?] )\\p{Ll}");

    private final int width;

    /** @param width columns that a line may take; at least 40 */
    public RankingPrinter(int width) {
        if (width < 40) {
            throw new IllegalArgumentException("width must be at least 40, was " + width);
        }
        this.width = width;
    }

    /**
     * One document of a ranking.
     *
     * @param rank its new rank, from 1
     * @param firstStageRank the rank it arrived with, from 1
     * @param name its title, or its id where it has none
     * @param score in [0, 1]
     * @param verdict of the model, in a word
     * @param note the explanation, or why there is no verdict; null for nothing to say
     */
    public record Entry(
            int rank,
            int firstStageRank,
            String name,
            double score,
            String verdict,
            @Nullable String note) {}

    /**
     * A ranking as text, ended by a blank line.
     *
     * @param query what was asked
     * @param facts about the answer as a whole, for example its mode and its time
     * @param entries what to show, best first
     */
    public String print(String query, String facts, List<Entry> entries) {
        StringBuilder text = new StringBuilder();
        for (String line : wrap(printable(query), width - 2)) {
            text.append(text.length() == 0 ? "> " : "  ").append(line).append('\n');
        }
        text.append("  ").append(facts).append('\n');
        for (Entry entry : entries) {
            String head = String.format(
                    Locale.ROOT,
                    "%4d. %-10s %.2f  %s",
                    entry.rank(),
                    entry.verdict(),
                    entry.score(),
                    entry.firstStageRank() == entry.rank() ? "" : "(was " + entry.firstStageRank() + ") ");
            String indent = " ".repeat(24);
            text.append(head).append(cut(printable(entry.name()), width - head.length()));
            text.append('\n');
            if (entry.note() != null && !entry.note().isBlank()) {
                for (String line : wrap(sentences(printable(entry.note())), width - indent.length())) {
                    text.append(indent).append(line).append('\n');
                }
            }
        }
        return text.append('\n').toString();
    }

    /** Control characters could drive the reader's terminal; they come out as blanks, with runs of blanks made one. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    }

    /** Small models write lower case; a sentence still begins with a capital. */
    private static String sentences(String text) {
        return SENTENCE_START.matcher(text).replaceAll(start -> start.group().toUpperCase(Locale.ROOT));
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, Math.max(0, length - 1)) + "\u2026";
    }

    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
