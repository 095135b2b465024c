package rerank.trainer.evaluation;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Normalised discounted cumulative gain with linear gain: the sum of {@code grade / log2(rank + 1)} over the first ranks,
 * divided by that of the ideal ranking of all judged documents (Järvelin and Kekäläinen, 2002; trec_eval's
 * {@code ndcg_cut}).
 *
 * @param cutoff number of ranks that count, at least 1
 */
public record Ndcg(int cutoff) implements Measure {
    public Ndcg {
        Cutoff.check(cutoff);
    }

    @Override
    public String id() {
        return "ndcg" + cutoff;
    }

    @Override
    public double of(List<String> ranking, Map<String, Integer> grades) {
        List<Integer> gains = ranking.stream()
                .map(document -> grades.getOrDefault(document, 0))
                .toList();
        List<Integer> ideal =
                grades.values().stream().sorted(Comparator.reverseOrder()).toList();
        return discountedGain(gains) / discountedGain(ideal);
    }

    private double discountedGain(List<Integer> gains) {
        double sum = 0;
        for (int i = 0; i < Math.min(cutoff, gains.size()); i++) {
            sum += Math.max(0, gains.get(i)) * Math.log(2) / Math.log(i + 2.0);
        }
        return sum;
    }
}
