package rerank.trainer.evaluation;

import java.util.List;
import java.util.Map;

/** How good one ranking is. Values lie in [0, 1], 1 best. */
public interface Measure {
    /** The measures of every report: nDCG@10, MRR@10, MAP and recall@10. */
    List<Measure> STANDARD = List.of(new Ndcg(10), new ReciprocalRank(10), new AveragePrecision(), new Recall(10));

    /** The key in reports, for example {@code ndcg10}. */
    String id();

    /**
     * Measures a ranking.
     *
     * @param ranking distinct document ids, best first
     * @param grades of the judged documents; at least one above 0
     */
    double of(List<String> ranking, Map<String, Integer> grades);
}
