package rerank.model.ranking;

import java.util.List;

/** Scales first-stage scores to [0, 1] over the candidates of one query; halves keep the widest range finite. */
record FirstStageScale(double halfLeast, double halfRange) {
    static FirstStageScale over(List<Candidate> candidates) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (Candidate candidate : candidates) {
            least = Math.min(least, candidate.firstStageScore());
            most = Math.max(most, candidate.firstStageScore());
        }
        return new FirstStageScale(least / 2, most / 2 - least / 2);
    }

    double of(Candidate candidate) {
        return halfRange > 0 ? (candidate.firstStageScore() / 2 - halfLeast) / halfRange : 1;
    }
}
