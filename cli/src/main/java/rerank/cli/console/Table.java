package rerank.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table of text; the first column is aligned left, the others, figures as a rule, right. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    /** A table with this heading. */
    public Table(String... headings) {
        rows.add(List.of(headings));
    }

    /**
     * Adds a row; figures are shown with four decimals below 10, one below 1000 and none above.
     *
     * @throws IllegalArgumentException if it does not have a cell for each heading
     */
    public Table row(Object... cells) {
        if (cells.length != rows.get(0).size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells for " + rows.get(0).size() + " headings");
        }
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell instanceof Double figure ? figure(figure) : String.valueOf(cell));
        }
        rows.add(row);
        return this;
    }

    private static String figure(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size < 10 ? "%.4f" : size < 1000 ? "%.1f" : "%.0f", value);
    }

    /** The table as lines of text, the last one ended too. */
    @Override
    public String toString() {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int column = 0; column < columns; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < rows.size(); row++) {
            StringBuilder line = new StringBuilder(" ");
            for (int column = 0; column < columns; column++) {
                String cell = rows.get(row).get(column);
                String padding = " ".repeat(widths[column] - cell.length());
                line.append(' ')
                        .append(column == 0 ? cell + padding : padding + cell)
                        .append(' ');
            }
            text.append(line.toString().stripTrailing()).append('\n');
            if (row == 0) {
                text.append("  ");
                for (int column = 0; column < columns; column++) {
                    text.append("-".repeat(widths[column])).append(column == columns - 1 ? "\n" : "  ");
                }
            }
        }
        return text.toString();
    }
}
