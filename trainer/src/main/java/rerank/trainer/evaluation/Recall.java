package rerank.trainer.evaluation;

import java.util.List;
import java.util.Map;

/**
 * Share of the relevant documents that is among the first ranks.
 *
 * @param cutoff number of ranks that count, at least 1
 */
public record Recall(int cutoff) implements Measure {
    public Recall {
        Cutoff.check(cutoff);
    }

    @Override
    public String id() {
        return "recall" + cutoff;
    }

    @Override
    public double of(List<String> ranking, Map<String, Integer> grades) {
        long relevant = grades.values().stream().filter(grade -> grade > 0).count();
        long found = ranking.stream()
                .limit(cutoff)
                .filter(document -> grades.getOrDefault(document, 0) > 0)
                .count();
        return (double) found / relevant;
    }
}
