package rerank.trainer.evaluation;

import java.util.List;
import java.util.Map;

/**
 * 1 / rank of the first relevant document, 0 when none is among the first ranks; its mean is the MRR.
 *
 * @param cutoff number of ranks that count, at least 1
 */
public record ReciprocalRank(int cutoff) implements Measure {
    public ReciprocalRank {
        Cutoff.check(cutoff);
    }

    @Override
    public String id() {
        return "mrr" + cutoff;
    }

    @Override
    public double of(List<String> ranking, Map<String, Integer> grades) {
        for (int i = 0; i < Math.min(cutoff, ranking.size()); i++) {
            if (grades.getOrDefault(ranking.get(i), 0) > 0) {
                return 1.0 / (i + 1);
            }
        }
        return 0;
    }
}
