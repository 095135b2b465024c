package rerank.cli.study;

import java.util.LinkedHashMap;
import java.util.Map;
import rerank.cli.replay.Comparison;
import rerank.cli.replay.Runs;
import rerank.trainer.evaluation.LinearControl;

/**
 * What stands beside the arms on a data set: the first stage, and a linear model that learned from the same train split.
 *
 * @param sample that it was measured on
 * @param ndcg10 by system and query
 */
record Controls(StudySample sample, Map<String, Map<String, Double>> ndcg10) {
    private static final String LINEAR = "linear control";

    static Controls measure(StudyData data) {
        Comparison comparison = new Comparison(Runs.firstStage(data.requests()), data.qrels())
                .add(
                        LINEAR,
                        LinearControl.standard(
                                data.dataset(),
                                data.sample().split(),
                                data.sample().depth()));
        Map<String, Map<String, Double>> ndcg10 = new LinkedHashMap<>();
        for (String name : comparison.names()) {
            Map<String, Double> perQuery = new LinkedHashMap<>();
            comparison
                    .report(name)
                    .perQuery()
                    .forEach((query, values) -> perQuery.put(query, values.getOrDefault("ndcg10", 0.0)));
            ndcg10.put(name, perQuery);
        }
        return new Controls(data.sample(), ndcg10);
    }
}
