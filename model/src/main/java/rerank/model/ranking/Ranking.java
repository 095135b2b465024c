package rerank.model.ranking;

import java.util.List;

/**
 * The candidates of one query in their final order.
 *
 * @param items best first; a permutation of the candidates given
 */
public record Ranking(List<Item> items) {
    public Ranking {
        items = List.copyOf(items);
    }

    /**
     * A candidate with its judgment and final score.
     *
     * @param rank from 1
     * @param candidate the candidate
     * @param judgment what the model concluded
     * @param score in [0, 1]: the interpolation of the model's score and the first stage's
     */
    public record Item(int rank, Candidate candidate, Judgment judgment, double score) {}

    /**
     * Orders candidates by {@code (1 - w) * judged score + w * first-stage score}, the latter scaled to [0, 1] over the
     * candidates given. Ties fall to the first-stage order; unjudged candidates follow the judged ones in first-stage
     * order. With w = 1 the order is the first stage's exactly, judged or not.
     *
     * @param candidates any order
     * @param judgments one for each candidate, in the same order
     * @param firstStageWeight w, in [0, 1]
     */
    public static Ranking of(List<Candidate> candidates, List<? extends Judgment> judgments, double firstStageWeight) {
        throw new UnsupportedOperationException("to be written");
    }
}
