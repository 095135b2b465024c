package rerank.trainer.evaluation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;

/**
 * The measures of a run over the judged queries that have a relevant document.
 *
 * @param means measure id to its mean; 0 when no query counts
 * @param perQuery query id to measure id to value, in the order of the qrels
 * @param queriesWithoutRelevant judged queries left out because nothing is relevant to them
 */
public record EvaluationReport(
        Map<String, Double> means, Map<String, Map<String, Double>> perQuery, int queriesWithoutRelevant) {
    public EvaluationReport {
        means = Collections.unmodifiableMap(new LinkedHashMap<>(means));
        perQuery = Collections.unmodifiableMap(new LinkedHashMap<>(perQuery));
    }

    /** Evaluates with {@link Measure#STANDARD}. */
    public static EvaluationReport of(Run run, Qrels qrels) {
        return of(run, qrels, Measure.STANDARD);
    }

    /** Evaluates a run; a query that the run does not hold counts 0. */
    public static EvaluationReport of(Run run, Qrels qrels, List<Measure> measures) {
        Map<String, Map<String, Double>> perQuery = new LinkedHashMap<>();
        int withoutRelevant = 0;
        for (String queryId : qrels.queryIds()) {
            Map<String, Integer> grades = qrels.of(queryId);
            if (grades.values().stream().noneMatch(grade -> grade > 0)) {
                withoutRelevant++;
                continue;
            }
            List<String> ranking = run.docIds(queryId);
            Map<String, Double> values = new LinkedHashMap<>();
            measures.forEach(measure -> values.put(measure.id(), measure.of(ranking, grades)));
            perQuery.put(queryId, Collections.unmodifiableMap(values));
        }
        Map<String, Double> means = new LinkedHashMap<>();
        for (Measure measure : measures) {
            means.put(
                    measure.id(),
                    perQuery.values().stream()
                            .mapToDouble(values -> values.getOrDefault(measure.id(), 0.0))
                            .average()
                            .orElse(0));
        }
        return new EvaluationReport(means, perQuery, withoutRelevant);
    }

    /** Number of queries that the means are over. */
    public int queries() {
        return perQuery.size();
    }

    /**
     * The mean of a measure.
     *
     * @throws IllegalArgumentException naming the measures there are
     */
    public double mean(String measureId) {
        Double mean = means.get(measureId);
        if (mean == null) {
            throw new IllegalArgumentException(
                    "no measure '" + measureId + "' in this report; it has " + means.keySet());
        }
        return mean;
    }

    /** The values of a measure by query, in the order of the qrels. */
    public double[] values(String measureId) {
        return perQuery.values().stream()
                .mapToDouble(values -> values.getOrDefault(measureId, 0.0))
                .toArray();
    }

    /**
     * The two-sided p-value of the difference to another report over the same queries: see {@link RandomisationTest}.
     *
     * @throws IllegalArgumentException when the reports are over different queries
     */
    public double pValue(EvaluationReport other, String measureId, long seed) {
        if (!perQuery.keySet().equals(other.perQuery.keySet())) {
            throw new IllegalArgumentException("reports over different queries cannot be compared: " + queries()
                    + " and " + other.queries() + " queries");
        }
        double[] difference = perQuery.keySet().stream()
                .mapToDouble(query -> value(query, measureId) - other.value(query, measureId))
                .toArray();
        return RandomisationTest.pValue(difference, RandomisationTest.DEFAULT_ROUNDS, seed);
    }

    private double value(String queryId, String measureId) {
        return perQuery.getOrDefault(queryId, Map.of()).getOrDefault(measureId, 0.0);
    }
}
