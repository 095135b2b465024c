package rerank.cli.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rerank.cli.replay.InProcess;
import rerank.cli.replay.RerankRequest;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Ranking;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.evaluation.Calibration;
import rerank.trainer.evaluation.GradedLabels;
import rerank.trainer.evaluation.ScoreDistribution;
import rerank.trainer.faithfulness.Claim;
import rerank.trainer.faithfulness.ExplanationChecker;
import rerank.trainer.faithfulness.Faithfulness;

/**
 * What a mode did, beside how well it ranked.
 *
 * @param queries reranked
 * @param pairs put to the model
 * @param unjudged of those, without a label, or in mode listwise without a place
 * @param millisPerPair wall-clock time, explanations included
 * @param calibration of the model's label probabilities; absent where the mode gives none
 * @param scores of the candidates
 * @param faithfulness of the explanations; absent where the mode gives none or nobody can check them
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModeFigures(
        int queries,
        long pairs,
        long unjudged,
        double millisPerPair,
        @Nullable Calibration calibration,
        Scores scores,
        @Nullable FaithfulnessFigures faithfulness) {
    /**
     * The scores that candidates got.
     *
     * @param model expected label divided by 2: what the model alone says; of none where the mode gives no labels
     * @param served what results carry: mixed with the first stage
     */
    public record Scores(ScoreDistribution model, ScoreDistribution served) {}

    /**
     * The figures of a mode's rankings.
     *
     * @param explained how many of the top of each ranking were to have an explanation; 0 for none
     */
    static ModeFigures of(
            List<RerankRequest> requests,
            InProcess.Outcome outcome,
            Qrels qrels,
            Optional<ExplanationChecker> checker,
            int explained) {
        List<GradedLabels> labels = new ArrayList<>();
        List<double[]> model = new ArrayList<>();
        List<double[]> served = new ArrayList<>();
        long unjudged = outcome.pairs()
                - outcome.rankings().values().stream()
                        .flatMap(ranking -> ranking.items().stream())
                        .filter(Ranking.Item::isJudged)
                        .count();
        outcome.rankings().forEach((query, ranking) -> {
            List<Double> own = new ArrayList<>();
            for (Ranking.Item item : ranking.items()) {
                if (item.judgment() instanceof Judgment.Judged judged) {
                    own.add(judged.labels().score());
                    labels.add(new GradedLabels(
                            judged.labels(), qrels.grade(query, item.candidate().docId())));
                }
            }
            model.add(own.stream().mapToDouble(Double::doubleValue).toArray());
            served.add(ranking.items().stream()
                    .filter(Ranking.Item::isJudged)
                    .mapToDouble(Ranking.Item::score)
                    .toArray());
        });
        return new ModeFigures(
                outcome.rankings().size(),
                outcome.pairs(),
                unjudged,
                outcome.wallNanos() / 1e6 / Math.max(1, outcome.pairs()),
                labels.isEmpty() ? null : Calibration.of(labels),
                new Scores(ScoreDistribution.of(model), ScoreDistribution.of(served)),
                checker.filter(known -> explained > 0)
                        .map(known ->
                                FaithfulnessFigures.of(faithfulness(requests, outcome.rankings(), known, explained)))
                        .orElse(null));
    }

    private static Faithfulness faithfulness(
            List<RerankRequest> requests, Map<String, Ranking> rankings, ExplanationChecker checker, int explained) {
        Faithfulness faithfulness = Faithfulness.NONE;
        for (RerankRequest request : requests) {
            Ranking ranking = rankings.get(request.query().id());
            if (ranking == null) {
                continue;
            }
            for (Ranking.Item item : ranking.items()
                    .subList(0, Math.min(explained, ranking.items().size()))) {
                String explanation = explanation(item);
                Optional<List<Claim>> claims = checker.check(request.query(), item.candidate(), explanation);
                faithfulness = claims.isPresent()
                        ? faithfulness.with(explanation, claims.get())
                        : faithfulness.withUnchecked();
            }
        }
        return faithfulness;
    }

    /** What an item says for itself; empty when it says nothing, or was not judged. */
    static String explanation(Ranking.Item item) {
        return item.judgment() instanceof Judgment.Judged judged ? judged.explanation() : "";
    }
}
