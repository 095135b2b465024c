package rerank.trainer.dataset;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The graded judgements that rankings are evaluated by. A grade above 0 is relevant; a document without a judgement
 * counts as grade 0.
 *
 * @param grades query id to document id to grade, in the order of the file
 */
public record Qrels(Map<String, Map<String, Integer>> grades) {
    private static final String HEADER = "query-id\tcorpus-id\tscore";

    public Qrels {
        Map<String, Map<String, Integer>> copy = new LinkedHashMap<>();
        grades.forEach((query, judged) -> copy.put(query, Collections.unmodifiableMap(new LinkedHashMap<>(judged))));
        grades = Collections.unmodifiableMap(copy);
    }

    /**
     * Reads {@code query-id corpus-id score} (tab separated, with that header line) or TREC's
     * {@code query iteration document grade} (blank separated, no header).
     *
     * @throws DatasetException naming the file and line
     */
    public static Qrels read(Path file) {
        Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
        Lines.read(file, (line, number) -> {
            if (number == 1 && line.startsWith("query-id")) {
                return;
            }
            String[] fields =
                    line.indexOf('\t') >= 0 ? line.split("\t", -1) : line.trim().split("\\s+");
            if (fields.length != 3 && fields.length != 4) {
                throw new IllegalArgumentException("expected 'query-id, corpus-id, score' (tab separated) or TREC's"
                        + " 'query 0 document grade', found " + fields.length + " fields");
            }
            String document = fields[fields.length - 2];
            Integer before = grades.computeIfAbsent(fields[0], query -> new LinkedHashMap<>())
                    .put(document, grade(fields[fields.length - 1]));
            if (before != null) {
                throw new IllegalArgumentException("query " + fields[0] + " judges document " + document + " twice");
            }
        });
        return new Qrels(grades);
    }

    /** Writes the tab-separated form with its header line. */
    public void write(Path file) {
        Lines.write(file, writer -> {
            writer.write(HEADER);
            writer.write('\n');
            for (var query : grades.entrySet()) {
                for (var judged : query.getValue().entrySet()) {
                    writer.write(query.getKey() + '\t' + judged.getKey() + '\t' + judged.getValue() + '\n');
                }
            }
        });
    }

    /** The judgements of one query; empty for a query that is not judged. */
    public Map<String, Integer> of(String queryId) {
        return grades.getOrDefault(queryId, Map.of());
    }

    /** The grade of a document, 0 when it is not judged. */
    public int grade(String queryId, String docId) {
        return of(queryId).getOrDefault(docId, 0);
    }

    /** The queries judged, in the order of the file. */
    public Set<String> queryIds() {
        return grades.keySet();
    }

    /** The judgements of these queries alone, for figures over a part of a split. */
    public Qrels only(Set<String> queryIds) {
        Map<String, Map<String, Integer>> kept = new LinkedHashMap<>(grades);
        kept.keySet().retainAll(queryIds);
        return new Qrels(kept);
    }

    private static int grade(String field) {
        try {
            return Integer.parseInt(field.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("grade '" + field + "' is not a whole number", e);
        }
    }
}
