package rerank.trainer.distillation;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import rerank.model.LanguageModelReranker;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.trainer.evaluation.JudgedSplit;

/** Chooses the weight of the first stage in each mode: the one with the best mean nDCG@10 over the dev sets. */
final class FirstStageWeights {
    /** Smallest first: of equal ones the smallest is taken, and what is gained must be more than noise in a digit. */
    static final List<Double> CANDIDATES = List.of(0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5);

    private static final double LEAST_GAIN = 0.001;

    private FirstStageWeights() {}

    /** Weights by mode; label and justify rank by the same labels and share theirs. */
    static Map<Mode, Double> choose(List<RankingDev> devSets, Supplier<LanguageModelReranker> rerankers, int threads) {
        Map<Mode, Double> weights = new EnumMap<>(Mode.class);
        double label = best(devSets, rerankers, Pair.Task.LABEL, threads);
        weights.put(Mode.LABEL, label);
        weights.put(Mode.JUSTIFY, label);
        weights.put(Mode.EXPLAIN, best(devSets, rerankers, Pair.Task.EXPLAIN, threads));
        return weights;
    }

    private static double best(
            List<RankingDev> devSets, Supplier<LanguageModelReranker> rerankers, Pair.Task task, int threads) {
        List<JudgedSplit> judged =
                devSets.stream().map(dev -> dev.judge(rerankers, task, threads)).toList();
        double best = 0;
        double bestFigure = Double.NEGATIVE_INFINITY;
        for (double weight : CANDIDATES) {
            double figure = 0;
            for (int i = 0; i < judged.size(); i++) {
                figure += devSets.get(i).ndcg(judged.get(i), weight) / judged.size();
            }
            if (figure > bestFigure + LEAST_GAIN) {
                best = weight;
                bestFigure = figure;
            }
        }
        return best;
    }
}
