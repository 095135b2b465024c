package rerank.model.ranking;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** What the model concluded about a pair, or about a window of candidates. */
public sealed interface Judgment {
    /**
     * Of a pair: the model gave a label.
     *
     * @param labels probabilities of the labels
     * @param explanation readable text; empty when none was asked for or none was written
     */
    record Judged(LabelDistribution labels, String explanation) implements Judgment {}

    /**
     * Of a window: the model put its candidates in order.
     *
     * @param probabilities for each candidate of the window that the model names it first; they sum to 1
     */
    record Ordered(List<Double> probabilities) implements Judgment {
        public Ordered {
            probabilities = List.copyOf(probabilities);
            double sum = probabilities.stream().mapToDouble(Double::doubleValue).sum();
            if (!(Math.abs(sum - 1) < 1e-3) || probabilities.stream().anyMatch(p -> p < 0)) {
                throw new IllegalArgumentException(
                        "probabilities must be non-negative and sum to 1, were " + probabilities);
            }
        }

        /**
         * The softmax of one logit for each candidate.
         *
         * @throws IllegalArgumentException if one of them is not finite
         */
        public static Ordered ofLogits(float... logits) {
            double max = Double.NEGATIVE_INFINITY;
            for (float logit : logits) {
                max = Math.max(max, logit);
            }
            double sum = 0;
            for (float logit : logits) {
                if (!Float.isFinite(logit)) {
                    throw new IllegalArgumentException("the logit of a candidate is " + logit);
                }
                sum += Math.exp(logit - max);
            }
            List<Double> probabilities = new ArrayList<>();
            for (float logit : logits) {
                probabilities.add(Math.exp(logit - max) / sum);
            }
            return new Ordered(probabilities);
        }

        /**
         * The items of a window in the order found: by probability, those with the same one as they were.
         *
         * @param window one item for each probability
         */
        public <T> List<T> apply(List<T> window) {
            if (window.size() != probabilities.size()) {
                throw new IllegalArgumentException(
                        "a window of " + window.size() + " with " + probabilities.size() + " probabilities");
            }
            return IntStream.range(0, window.size())
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -probabilities.get(i)))
                    .map(window::get)
                    .toList();
        }
    }

    /** Of a candidate in a list that was ordered by windows: the model read it and left it in its place, without a label. */
    record Placed() implements Judgment {}

    /**
     * The model gave nothing usable. Where pairs are judged, the candidate ranks below every judged one; where windows are
     * ordered, it keeps its place.
     *
     * @param reason for people and dead letters
     */
    record Unjudged(String reason) implements Judgment {}
}
