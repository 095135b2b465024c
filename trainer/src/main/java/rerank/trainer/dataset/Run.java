package rerank.trainer.dataset;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rankings by query, best first.
 *
 * <p>A run that is read from a file is ordered as trec_eval orders it: by score as a 32-bit float, highest first, and equal
 * scores by document id, descending; the rank column is not used. A run built from our own rankings keeps the order given.
 *
 * @param rankings query id to its ranked documents
 */
public record Run(Map<String, List<Ranked>> rankings) {
    /** trec_eval holds scores as float: two doubles that differ may tie there. */
    private static final Comparator<Ranked> TREC_ORDER = Comparator.comparing((Ranked ranked) -> (float) ranked.score())
            .reversed()
            .thenComparing(Comparator.comparing(Ranked::docId).reversed());

    /** A document and the score it was ranked by. */
    public record Ranked(String docId, double score) {}

    public Run {
        Map<String, List<Ranked>> copy = new LinkedHashMap<>();
        rankings.forEach((query, ranked) -> copy.put(query, List.copyOf(ranked)));
        rankings = Collections.unmodifiableMap(copy);
    }

    /**
     * Reads a TREC run, {@code query Q0 document rank score tag}.
     *
     * @throws DatasetException naming the file and line
     */
    public static Run read(Path file) {
        Map<String, List<Ranked>> rankings = new LinkedHashMap<>();
        Lines.read(file, (line, number) -> {
            String[] fields = line.trim().split("\\s+");
            if (fields.length != 6) {
                throw new IllegalArgumentException(
                        "expected 'query Q0 document rank score tag', found " + fields.length + " fields");
            }
            rankings.computeIfAbsent(fields[0], query -> new ArrayList<>())
                    .add(new Ranked(fields[2], score(fields[4])));
        });
        rankings.forEach((query, ranked) -> {
            ranked.sort(TREC_ORDER);
            requireDistinct(file, query, ranked);
        });
        return new Run(rankings);
    }

    /**
     * Writes the run so that trec_eval keeps its order: where a score is not below the one before it, the next smaller
     * number is written instead.
     *
     * @param tag names the system, one word
     */
    public void write(Path file, String tag) {
        Lines.write(file, writer -> {
            for (var ranking : rankings.entrySet()) {
                int rank = 0;
                float last = Float.POSITIVE_INFINITY;
                for (Ranked ranked : ranking.getValue()) {
                    rank++;
                    // trec_eval holds scores as float: two doubles that differ may tie there.
                    last = Math.min((float) ranked.score(), Math.nextDown(last));
                    writer.write(
                            ranking.getKey() + " Q0 " + ranked.docId() + " " + rank + " " + last + " " + tag + '\n');
                }
            }
        });
    }

    /** The ranking of one query, best first; empty when the run does not hold it. */
    public List<Ranked> of(String queryId) {
        return rankings.getOrDefault(queryId, List.of());
    }

    /** The document ids of one query, best first. */
    public List<String> docIds(String queryId) {
        return of(queryId).stream().map(Ranked::docId).toList();
    }

    /** The first n documents of every query. */
    public Run top(int n) {
        Map<String, List<Ranked>> cut = new LinkedHashMap<>();
        rankings.forEach((query, ranked) -> cut.put(query, ranked.subList(0, Math.min(n, ranked.size()))));
        return new Run(cut);
    }

    private static double score(String field) {
        double score;
        try {
            score = Double.parseDouble(field);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("score '" + field + "' is not a number", e);
        }
        if (!Double.isFinite(score)) {
            throw new IllegalArgumentException("score '" + field + "' is not finite");
        }
        return score;
    }

    private static void requireDistinct(Path file, String query, List<Ranked> ranked) {
        Set<String> seen = new HashSet<>();
        for (Ranked document : ranked) {
            if (!seen.add(document.docId())) {
                throw new DatasetException(
                        file + ": query " + query + " ranks document " + document.docId() + " twice");
            }
        }
    }
}
