package rerank.model.ranking;

/** What the model concluded about one (query, candidate) pair. */
public sealed interface Judgment {
    /**
     * The model gave a label.
     *
     * @param labels probabilities of the labels
     * @param explanation readable text; empty when none was asked for or none was written
     */
    record Judged(LabelDistribution labels, String explanation) implements Judgment {}

    /**
     * The model gave nothing usable; the candidate ranks below every judged one.
     *
     * @param reason for people and dead letters
     */
    record Unjudged(String reason) implements Judgment {}
}
