package rerank.trainer.teacher;

import rerank.model.ranking.Candidate;

/** A candidate and what the teacher says of it; see {@link Lesson}. */
public record LabeledCandidate(Candidate candidate, int label, String explanation) {
    LabeledCandidate(Candidate candidate, Lesson lesson) {
        this(candidate, lesson.label(), lesson.explanation());
    }
}
