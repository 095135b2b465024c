package rerank.trainer.learning;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import rerank.model.LanguageModelReranker;
import rerank.model.ranking.FirstStageMix;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Pair;

/**
 * What clicks that were logged would have been worth in a candidate's order: clicks with clipped inverse propensities, {@code
 * min(1 / p, M)}, discounted by {@code 1 / log2(rank + 1)} of the rank that the candidate gives the document, divided by the
 * mean weight (self-normalised). Only what was shown can be reordered, and clicks lean to where they were logged, so the
 * estimate favours the logged order a little.
 *
 * <p>Measured on queries that the candidate was not trained on.
 *
 * @param cap M, at least 1
 * @param clicks weights of actions
 */
public record OffPolicy(double cap, ClickWeights clicks) {
    /**
     * Differences of utility between a candidate's order and the logged one, by query with a click, in units of a click at
     * the top. Queries whose documents are not known are left out: no order can be given to them.
     */
    public double[] differences(Path candidate, List<LoggedQuery> heldOut, Propensities propensities) {
        List<double[]> found = new ArrayList<>(); // difference, weight
        try (LanguageModelReranker reranker = LanguageModelReranker.load(candidate)) {
            var share = new FirstStageShare(reranker.settings().firstStageWeights());
            for (LoggedQuery query : heldOut) {
                List<Impression> judged = query.impressions().stream()
                        .filter(impression -> impression.labels() != null)
                        .toList();
                boolean isClicked = judged.stream().anyMatch(impression -> clicks.of(impression) > 0);
                if (isClicked && judged.stream().anyMatch(OffPolicy::hasText)) {
                    List<Judgment> judgments = reranker.judge(judged.stream()
                            .map(impression -> new Pair(query.query(), impression.candidate(), Pair.Task.LABEL, null))
                            .toList());
                    found.add(difference(judged, scores(query, judged, judgments, share), propensities));
                }
            }
        }
        double mean = found.stream().mapToDouble(each -> each[1]).average().orElse(1);
        return found.stream().mapToDouble(each -> each[0] / mean).toArray();
    }

    private static boolean hasText(Impression impression) {
        return !impression.candidate().title().isBlank()
                || !impression.candidate().text().isBlank();
    }

    private static double[] scores(
            LoggedQuery query, List<Impression> judged, List<Judgment> judgments, FirstStageShare share) {
        double[] scores = new double[judged.size()];
        for (int i = 0; i < scores.length; i++) {
            double own = judgments.get(i) instanceof Judgment.Judged one
                    ? one.labels().score()
                    : 0;
            scores[i] =
                    share.scale(query.mode()) * FirstStageMix.logOdds(own) + share.offset(query.mode(), judged.get(i));
        }
        return scores;
    }

    /** Utility by the scores' order minus that of the given one, and the sum of the weights of clicks. */
    double[] difference(List<Impression> judged, double[] scores, Propensities propensities) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingDouble(i -> -scores[i]));
        double difference = 0;
        double total = 0;
        for (int rank = 0; rank < order.size(); rank++) {
            int logged = order.get(rank);
            double weight = clicks.of(judged.get(logged))
                    * propensities.weight(judged.get(logged).position(), cap);
            difference += weight * (discount(rank) - discount(logged));
            total += weight;
        }
        return new double[] {difference, total};
    }

    static double discount(int rankFromZero) {
        return Math.log(2) / Math.log(rankFromZero + 2.0);
    }
}
