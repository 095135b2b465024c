package rerank.cli.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rerank.cli.replay.Comparison.Difference;
import rerank.cli.report.Report;
import rerank.trainer.evaluation.Calibration;

/**
 * What {@code eval --report FILE.json} writes: the keys of every report, those of the chosen mode at the top, and more.
 *
 * @param figures of the chosen mode
 * @param judgedQueries queries with a relevant document, which the measures are means over
 * @param depth candidates of a query at most
 * @param calibration of the chosen mode; absent where it gives no labels
 * @param scores of the chosen mode
 * @param faithfulness of the chosen mode; absent where it gives no explanations or nobody can check them
 * @param recallAt by system and rank
 * @param modes all modes that ran, the chosen one among them
 * @param firstStageWeights nDCG@10 by mode that gives labels, and weight of the first stage
 * @param sameQueries where a mode reranked fewer queries: all systems over those
 * @param differences every system against every other
 * @param perQuery judged queries
 * @param worst queries of the chosen mode, worst first
 * @param leftOut modes of its kind of model that the checkpoint cannot do, with the reason
 * @param origin how to make the figures again
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvalReport(
        @JsonUnwrapped Report figures,
        int judgedQueries,
        int depth,
        @Nullable Calibration calibration,
        ModeFigures.Scores scores,
        @Nullable FaithfulnessFigures faithfulness,
        Map<String, Map<Integer, Double>> recallAt,
        Map<String, ModeFigures> modes,
        Map<String, Map<String, Double>> firstStageWeights,
        @Nullable SameQueries sameQueries,
        List<Difference> differences,
        List<QueryFigures> perQuery,
        List<WorstQuery> worst,
        Map<String, String> leftOut,
        Origin origin) {
    /**
     * All systems over the queries that all of them reranked.
     *
     * @param queries how many
     * @param systems quality by name
     */
    public record SameQueries(int queries, Map<String, Report.Quality> systems) {}
}
