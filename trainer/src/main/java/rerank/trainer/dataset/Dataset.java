package rerank.trainer.dataset;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;

/**
 * A corpus, its queries, their judgements by split, and the first stage's candidates.
 *
 * <p>On disk, each file plain or compressed with gzip (then its name may end in {@code .gz}):
 *
 * <pre>
 * corpus.jsonl      {"_id", "title", "text"}             a document a line
 * queries.jsonl     {"_id", "text", "metadata": {...}}   metadata is never an input of the ranker
 * qrels/SPLIT.tsv   query-id, corpus-id, score           tab separated, with that header line
 * run.NAME.trec     query Q0 document rank score tag     the first stage's ranking
 * </pre>
 *
 * @param name for people: the directory's name
 * @param documents by id
 * @param queries by id
 * @param metadata of each query, by query id
 * @param qrels by split
 * @param firstStage candidates of the queries
 */
public record Dataset(
        String name,
        Map<String, Document> documents,
        Map<String, Query> queries,
        Map<String, Map<String, String>> metadata,
        Map<String, Qrels> qrels,
        Run firstStage) {
    public Dataset {
        documents = Collections.unmodifiableMap(new LinkedHashMap<>(documents));
        queries = Collections.unmodifiableMap(new LinkedHashMap<>(queries));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        qrels = Collections.unmodifiableMap(new LinkedHashMap<>(qrels));
    }

    /**
     * Reads a directory of the layout above with its only run.
     *
     * @throws DatasetException naming the file, and the line where there is one, and what was expected
     */
    public static Dataset read(Path directory) {
        return DatasetReader.read(directory, "");
    }

    /**
     * Reads a directory of the layout above.
     *
     * @param runName the NAME of {@code run.NAME.trec}
     * @throws DatasetException naming the file, and the line where there is one, and what was expected
     */
    public static Dataset read(Path directory, String runName) {
        return DatasetReader.read(directory, runName);
    }

    /** Whether a directory looks like a data set of this layout; for choosing among inputs, not for checking. */
    public static boolean isAt(Path directory) {
        return Files.isRegularFile(directory.resolve("queries.jsonl"))
                || Files.isRegularFile(directory.resolve("queries.jsonl.gz"));
    }

    /**
     * The judgements of a split.
     *
     * @throws DatasetException naming the splits there are
     */
    public Qrels qrels(String split) {
        Qrels found = qrels.get(split);
        if (found == null) {
            throw new DatasetException("data set " + name + " has no split '" + split + "'; it has " + qrels.keySet());
        }
        return found;
    }

    /**
     * The judged queries of a split, in the order of its qrels file.
     *
     * @throws DatasetException when there is no such split
     */
    public List<Query> queries(String split) {
        return qrels(split).queryIds().stream().map(this::query).toList();
    }

    /**
     * A query by id.
     *
     * @throws DatasetException when the data set does not hold it
     */
    public Query query(String queryId) {
        Query query = queries.get(queryId);
        if (query == null) {
            throw new DatasetException("data set " + name + ": query " + queryId + " is not in its queries file");
        }
        return query;
    }

    /**
     * A document by id.
     *
     * @throws DatasetException when the corpus does not hold it
     */
    public Document document(String docId) {
        Document document = documents.get(docId);
        if (document == null) {
            throw new DatasetException("data set " + name + ": document " + docId + " is not in its corpus");
        }
        return document;
    }

    /**
     * The first stage's best documents for a query as candidates, with ranks from 1.
     *
     * @param limit at most this many
     * @return best first; empty when the run has nothing for the query
     * @throws DatasetException when the run names a document that is not in the corpus
     */
    public List<Candidate> candidates(String queryId, int limit) {
        List<Candidate> candidates = new ArrayList<>();
        for (Run.Ranked ranked : firstStage.of(queryId)) {
            if (candidates.size() == limit) {
                break;
            }
            Document document = document(ranked.docId());
            candidates.add(new Candidate(
                    document.id(), document.title(), document.text(), ranked.score(), candidates.size() + 1));
        }
        return List.copyOf(candidates);
    }
}
