package rerank.cli.evaluation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import rerank.cli.replay.InProcess;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Ranking;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.evaluation.EvaluationReport;
import rerank.trainer.evaluation.JudgedSplit;
import rerank.trainer.evaluation.JudgedSplit.JudgedQuery;

/** What the labels of a mode would give with other weights of the first stage: nothing is judged anew for it. */
final class WeightFigures {
    static final List<Double> WEIGHTS = List.of(0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0);

    private WeightFigures() {}

    /** nDCG@10 by weight, as text with one decimal; empty for a mode that gives no labels. */
    static Optional<Map<String, Double>> ndcg10(InProcess.Outcome outcome, Qrels qrels) {
        boolean isLabeled = outcome.rankings().values().stream()
                .flatMap(ranking -> ranking.items().stream())
                .anyMatch(item -> item.judgment() instanceof Judgment.Judged);
        if (!isLabeled) {
            return Optional.empty();
        }
        Map<String, JudgedQuery> queries = new LinkedHashMap<>();
        outcome.rankings().forEach((query, ranking) -> queries.put(query, judged(ranking)));
        JudgedSplit split = new JudgedSplit(queries);
        Qrels judged = qrels.only(queries.keySet());
        Map<String, Double> figures = new LinkedHashMap<>();
        for (double weight : WEIGHTS) {
            figures.put(
                    String.format(Locale.ROOT, "%.1f", weight),
                    EvaluationReport.of(split.run(weight), judged).mean("ndcg10"));
        }
        return Optional.of(figures);
    }

    private static JudgedQuery judged(Ranking ranking) {
        return new JudgedQuery(
                ranking.items().stream().map(Ranking.Item::candidate).toList(),
                ranking.items().stream().map(Ranking.Item::judgment).toList());
    }
}
