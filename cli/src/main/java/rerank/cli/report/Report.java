package rerank.cli.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one run, as {@code --report FILE.json} writes them: the components' names are the keys.
 *
 * @param command what ran, for example {@code replay}
 * @param data the data set, and its split
 * @param queries how many queries were reranked
 * @param pairs how many (query, candidate) pairs were judged
 * @param mode {@code explain}, {@code label}, {@code justify}, {@code listwise} or {@code cross-encoder}
 * @param modelVersion the weights that judged
 * @param firstStage quality of the order that the candidates came in
 * @param reranked quality of the order that went out
 * @param others quality of further rankings of the same candidates by name, for example the linear control; may be empty
 * @param latencyMillis from the publication of a query to the receipt of its ranking
 * @param pairsPerSecond pairs judged by wall-clock time of the run, start-up not counted
 * @param wallSeconds time of the run, start-up not counted
 * @param peakRssBytes the most memory the process held, all of it counted
 */
public record Report(
        String command,
        String data,
        int queries,
        long pairs,
        String mode,
        String modelVersion,
        Quality firstStage,
        Quality reranked,
        Map<String, Alternative> others,
        LatencyMillis latencyMillis,
        double pairsPerSecond,
        double wallSeconds,
        long peakRssBytes) {
    /**
     * Quality of a set of rankings, each figure the mean over the queries.
     *
     * @param ndcg10 nDCG@10 with linear gain
     * @param mrr10 reciprocal rank of the first relevant document among the first 10
     * @param map mean average precision
     * @param recall share of the relevant documents that are among the first 10
     */
    public record Quality(double ndcg10, double mrr10, double map, double recall) {}

    /**
     * Another ranking of the same candidates, with its speed where it was measured.
     *
     * @param ndcg10 as in {@link Quality}
     * @param mrr10 as in {@link Quality}
     * @param map as in {@link Quality}
     * @param recall as in {@link Quality}
     * @param latencyMillis of one query; absent where it was not measured
     * @param pairsPerSecond by wall-clock time; absent where it was not measured
     * @param queries that it reranked, where those are not all queries of the report; otherwise absent
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Alternative(
            double ndcg10,
            double mrr10,
            double map,
            double recall,
            @Nullable LatencyMillis latencyMillis,
            @Nullable Double pairsPerSecond,
            @Nullable Integer queries) {}

    /** Writes it as JSON; directories that are missing are made. */
    public void write(Path file) throws IOException {
        ReportFile.writeJson(file, this);
    }
}
