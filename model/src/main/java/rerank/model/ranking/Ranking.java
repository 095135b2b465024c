package rerank.model.ranking;

import java.util.ArrayList;
import java.util.Comparator;
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
     * @param score in [0, 1]: what the model's score and the first stage's make together
     */
    public record Item(int rank, Candidate candidate, Judgment judgment, double score) {
        /** Whether the model gave a label, or read the candidate in a window. */
        public boolean isJudged() {
            return !(judgment instanceof Judgment.Unjudged);
        }

        /** This item with another judgment, for example one that has an explanation. */
        public Item with(Judgment other) {
            return new Item(rank, candidate, other, score);
        }
    }

    /**
     * Orders candidates by a weighted mean of log-odds, those of the judged score and those that the first stage's score stands
     * for, scaled over the candidates given (to the most where all are equal): see {@link FirstStageMix}. Ties fall to the
     * first-stage order; unjudged candidates follow the judged ones in first-stage order, and count as judged 0. With w = 1 the
     * order is the first stage's exactly, judged or not; then a score only says what the candidate arrived with.
     *
     * @param candidates any order; what the first stage's order is, their ranks say
     * @param judgments one for each candidate, in the same order
     * @param firstStageWeight w, in [0, 1]
     */
    public static Ranking of(List<Candidate> candidates, List<? extends Judgment> judgments, double firstStageWeight) {
        if (candidates.size() != judgments.size()) {
            throw new IllegalArgumentException(
                    candidates.size() + " candidates but " + judgments.size() + " judgments");
        }
        FirstStageMix mix = new FirstStageMix(firstStageWeight);
        List<Item> items = new ArrayList<>();
        FirstStageScale scale = FirstStageScale.over(candidates);
        for (int i = 0; i < candidates.size(); i++) {
            Judgment judgment = judgments.get(i);
            double judged = judgment instanceof Judgment.Judged
                    ? ((Judgment.Judged) judgment).labels().score()
                    : 0;
            items.add(new Item(0, candidates.get(i), judgment, mix.score(judged, scale.of(candidates.get(i)))));
        }
        Comparator<Item> firstStage = Comparator.comparingInt(item -> item.candidate.firstStageRank());
        // unjudged candidates tie below every score
        Comparator<Item> score = Comparator.comparingDouble(item -> item.isJudged() ? -item.score : 1);
        items.sort(firstStageWeight == 1 ? firstStage : score.thenComparing(firstStage));
        return numbered(items);
    }

    /**
     * Orders a list whose places were found by windows: of n candidates the one at place p, from 0, has {@code (n - p) / n}
     * for the model's score, which says where it stands among these n and nothing more; it has no log-odds. The final score is
     * {@code (1 - w)} times that and w times the first stage's, scaled to [0, 1]; ties fall to the first-stage order, and w = 1
     * gives back the first stage's order exactly. A candidate that no window read keeps its place like all others: to put it last
     * would punish it for that.
     *
     * @param order the candidates as the windows left them
     * @param judgments one for each, in the same order
     * @param firstStageWeight w, in [0, 1]
     */
    public static Ranking ofList(List<Candidate> order, List<? extends Judgment> judgments, double firstStageWeight) {
        if (order.size() != judgments.size()) {
            throw new IllegalArgumentException(order.size() + " candidates but " + judgments.size() + " judgments");
        }
        double weight = new FirstStageMix(firstStageWeight).weight();
        List<Item> items = new ArrayList<>();
        FirstStageScale scale = FirstStageScale.over(order);
        for (int place = 0; place < order.size(); place++) {
            double placed = (order.size() - place) / (double) order.size();
            double score = (1 - weight) * placed + weight * scale.of(order.get(place));
            items.add(new Item(0, order.get(place), judgments.get(place), Math.min(1, score)));
        }
        Comparator<Item> firstStage = Comparator.comparingInt(item -> item.candidate.firstStageRank());
        Comparator<Item> score = Comparator.comparingDouble(item -> -item.score);
        items.sort(firstStageWeight == 1 ? firstStage : score.thenComparing(firstStage));
        return numbered(items);
    }

    private static Ranking numbered(List<Item> items) {
        List<Item> ranked = new ArrayList<>();
        for (Item item : items) {
            ranked.add(new Item(ranked.size() + 1, item.candidate, item.judgment, item.score));
        }
        return new Ranking(ranked);
    }
}
