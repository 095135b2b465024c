package rerank.trainer.evaluation;

import java.util.List;
import java.util.Map;

/** Mean of the precision at each relevant document, those not retrieved counting 0; its mean over queries is the MAP. */
public record AveragePrecision() implements Measure {
    @Override
    public String id() {
        return "map";
    }

    @Override
    public double of(List<String> ranking, Map<String, Integer> grades) {
        long relevant = grades.values().stream().filter(grade -> grade > 0).count();
        double sum = 0;
        int found = 0;
        for (int i = 0; i < ranking.size(); i++) {
            if (grades.getOrDefault(ranking.get(i), 0) > 0) {
                found++;
                sum += (double) found / (i + 1);
            }
        }
        return sum / relevant;
    }
}
