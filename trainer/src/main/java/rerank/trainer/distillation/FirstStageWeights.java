package rerank.trainer.distillation;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import rerank.model.LanguageModelReranker;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.trainer.evaluation.JudgedSplit;

/**
 * Chooses the weight of the first stage in each mode: the largest one whose mean nDCG@10 over the dev sets is as good as
 * the best, within a tolerance. On data like the dev sets the choice costs nothing that could be told from noise; on data
 * unlike them, where the model cannot be trusted, a larger weight keeps more of the first stage's order.
 */
final class FirstStageWeights {
    static final List<Double> CANDIDATES = List.of(0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6);

    /** About a third of the standard error of a dev mean. */
    private static final double TOLERANCE = 0.004;

    private FirstStageWeights() {}

    /** Weights by mode; label and justify rank by the same labels and share theirs. */
    static Map<Mode, Double> choose(List<RankingDev> devSets, Supplier<LanguageModelReranker> rerankers, int threads) {
        Map<Mode, Double> weights = new EnumMap<>(Mode.class);
        double label = choose(devSets, rerankers, Pair.Task.LABEL, threads);
        weights.put(Mode.LABEL, label);
        weights.put(Mode.JUSTIFY, label);
        weights.put(Mode.EXPLAIN, choose(devSets, rerankers, Pair.Task.EXPLAIN, threads));
        return weights;
    }

    private static double choose(
            List<RankingDev> devSets, Supplier<LanguageModelReranker> rerankers, Pair.Task task, int threads) {
        List<JudgedSplit> judged =
                devSets.stream().map(dev -> dev.judge(rerankers, task, threads)).toList();
        double[] figures = CANDIDATES.stream()
                .mapToDouble(weight -> IntStream.range(0, judged.size())
                        .mapToDouble(i -> devSets.get(i).ndcg(judged.get(i), weight))
                        .average()
                        .orElse(0))
                .toArray();
        return largestNearBest(figures);
    }

    /** The last candidate whose figure is within the tolerance of the best; figures are those of {@link #CANDIDATES}. */
    static double largestNearBest(double[] figures) {
        double best = Arrays.stream(figures).max().orElseThrow();
        int chosen = IntStream.range(0, figures.length)
                .filter(i -> figures[i] >= best - TOLERANCE)
                .max()
                .orElseThrow();
        return CANDIDATES.get(chosen);
    }
}
