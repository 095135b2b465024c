package rerank.trainer.refinement;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import rerank.model.LanguageModelReranker;
import rerank.model.ranking.Pair;
import rerank.trainer.distillation.RankingDev;

/**
 * What refinement is measured by, before and after: greedy answers to dev pairs, and the ranking of dev queries in both
 * modes, without the first stage.
 */
final class RefinementDev {
    private final List<TaughtPair> pairs;
    private final List<RankingDev> rankings;
    private final int threads;

    RefinementDev(List<TaughtPair> pairs, List<RankingDev> rankings, int threads) {
        this.pairs = List.copyOf(pairs);
        this.rankings = List.copyOf(rankings);
        this.threads = threads;
    }

    /** Answers alone, which is quick. */
    Samples answers(Rollouts rollouts) {
        return Samples.of(rollouts.scored(pairs, 1, 0, 0));
    }

    Refinement.Figures figures(Rollouts rollouts, Supplier<LanguageModelReranker> rerankers) {
        Map<String, Double> ndcg10 = new LinkedHashMap<>();
        for (RankingDev ranking : rankings) {
            for (Pair.Task task : List.of(Pair.Task.LABEL, Pair.Task.EXPLAIN)) {
                String mode = task == Pair.Task.LABEL ? "label" : "explain";
                ndcg10.put(ranking.name() + " " + mode, ranking.ndcg(ranking.judge(rerankers, task, threads), 0));
            }
        }
        return new Refinement.Figures(answers(rollouts), ndcg10);
    }
}
