package rerank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.DatasetWriter;
import rerank.trainer.dataset.Document;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;
import rerank.trainer.dataset.Run.Ranked;

/** A data set of some queries with eight candidates each, the relevant one in the middle of the first stage's order. */
final class SmallData {
    static final int CANDIDATES = 8;

    private SmallData() {}

    /** Writes it into a directory and returns that. */
    static Path write(Path directory, int queries) {
        Map<String, Document> documents = new LinkedHashMap<>();
        Map<String, Query> asked = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
        Map<String, List<Ranked>> rankings = new LinkedHashMap<>();
        for (int q = 0; q < queries; q++) {
            String id = "q" + q;
            asked.put(id, new Query(id, "which fox jumps over dog " + q));
            List<Ranked> ranked = new ArrayList<>();
            for (int d = 0; d < CANDIDATES; d++) {
                String docId = id + "-d" + d;
                documents.put(docId, new Document(docId, "Fox " + d, "the quick brown fox jumps over lazy dog " + d));
                ranked.add(new Ranked(docId, CANDIDATES - d));
            }
            rankings.put(id, ranked);
            grades.put(id, Map.of(id + "-d" + CANDIDATES / 2, 2));
        }
        Dataset dataset =
                new Dataset("small", documents, asked, Map.of(), Map.of("test", new Qrels(grades)), new Run(rankings));
        DatasetWriter.write(dataset, directory, "first");
        return directory;
    }
}
