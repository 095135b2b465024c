package rerank.cli.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rerank.trainer.evaluation.EvaluationReport;

/**
 * How far two rankings are apart.
 *
 * @param system the one
 * @param than the other
 * @param bySeed mean nDCG@10 of the one minus that of the other, both with the same seed
 * @param p of the paired randomisation test over the queries, two-sided, each query's nDCG@10 being the mean over the seeds; not
 *     corrected for the number of tests. It tells what other queries could change, not what other seeds could
 */
public record RankingDifference(String system, String than, Spread bySeed, double p) {
    private static final String MEASURE = "ndcg10";
    private static final long SEED = 20_250_404;

    /**
     * Every ranking against every one before it.
     *
     * @param rankings by name: nDCG@10 by query, for each seed; of what has no seed, once
     */
    static List<RankingDifference> all(Map<String, List<Map<String, Double>>> rankings) {
        List<String> names = List.copyOf(rankings.keySet());
        List<RankingDifference> differences = new ArrayList<>();
        for (int i = 1; i < names.size(); i++) {
            for (int j = 0; j < i; j++) {
                differences.add(of(
                        names.get(i),
                        rankings.getOrDefault(names.get(i), List.of()),
                        names.get(j),
                        rankings.getOrDefault(names.get(j), List.of())));
            }
        }
        return differences;
    }

    private static RankingDifference of(
            String system, List<Map<String, Double>> ones, String than, List<Map<String, Double>> others) {
        int seeds = Math.max(ones.size(), others.size());
        List<Double> bySeed = new ArrayList<>();
        for (int seed = 0; seed < seeds; seed++) {
            bySeed.add(report(List.of(ones.get(seed % ones.size()))).mean(MEASURE)
                    - report(List.of(others.get(seed % others.size()))).mean(MEASURE));
        }
        return new RankingDifference(
                system, than, Spread.of(bySeed), report(ones).pValue(report(others), MEASURE, SEED));
    }

    /** The mean over the seeds of every query. */
    private static EvaluationReport report(List<Map<String, Double>> seeds) {
        Map<String, Map<String, Double>> perQuery = new LinkedHashMap<>();
        double sum = 0;
        for (String query : seeds.get(0).keySet()) {
            double mean = seeds.stream()
                    .mapToDouble(each -> each.getOrDefault(query, 0.0))
                    .average()
                    .orElse(0);
            perQuery.put(query, Map.of(MEASURE, mean));
            sum += mean;
        }
        return new EvaluationReport(Map.of(MEASURE, sum / Math.max(1, perQuery.size())), perQuery, 0);
    }
}
