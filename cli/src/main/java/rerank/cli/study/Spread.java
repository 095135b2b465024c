package rerank.cli.study;

import java.util.List;

/**
 * A figure over the seeds.
 *
 * @param mean of the values; NaN without any, as are lowest and highest
 * @param deviation standard deviation of the values, by n - 1; 0 for one value
 * @param lowest of the values
 * @param highest of the values
 * @param values one for each seed that has the figure
 */
public record Spread(double mean, double deviation, double lowest, double highest, List<Double> values) {
    public Spread {
        values = List.copyOf(values);
    }

    /** The spread of those values that are numbers. */
    static Spread of(List<Double> bySeed) {
        List<Double> values = bySeed.stream().filter(value -> !value.isNaN()).toList();
        double mean = values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return new Spread(
                mean,
                Math.sqrt(squares / Math.max(1, values.size() - 1)),
                values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN),
                values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN),
                values);
    }
}
