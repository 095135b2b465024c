package rerank.trainer.dataset;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Tables with a header line, tab separated. */
public final class Tsv {
    private Tsv() {}

    /**
     * Reads the rows below the header.
     *
     * @param columns that the header must name, in this order
     * @param row takes the fields of a row, one for each column
     * @throws DatasetException naming the file and line
     */
    public static void read(Path file, List<String> columns, Consumer<List<String>> row) {
        boolean[] hasHeader = {false};
        Lines.read(file, (line, number) -> {
            List<String> fields = List.of(line.split("\t", -1));
            if (!hasHeader[0]) {
                if (!fields.equals(columns)) {
                    throw new IllegalArgumentException("expected the header " + columns + ", found " + fields);
                }
                hasHeader[0] = true;
                return;
            }
            if (fields.size() != columns.size()) {
                throw new IllegalArgumentException("expected the fields " + columns + ", found " + fields.size());
            }
            row.accept(fields);
        });
    }
}
