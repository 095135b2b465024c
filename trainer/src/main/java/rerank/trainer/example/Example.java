package rerank.trainer.example;

import java.util.OptionalInt;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.teacher.Lesson;

/**
 * One labeled and explained pair.
 *
 * @param query with what counts as relevant as its instruction
 * @param candidate as the teacher read it; of first-stage rank 0 when the first stage did not find it for this query
 * @param origin why it was chosen
 * @param lesson the label to learn, with its explanation
 * @param knownLabel what the data set says, if it judges the pair; then also the label to learn
 * @param teacherLabel what the teacher said by itself; empty if nobody asked
 * @param teacher who explained
 */
public record Example(
        Query query,
        Candidate candidate,
        Origin origin,
        Lesson lesson,
        OptionalInt knownLabel,
        OptionalInt teacherLabel,
        String teacher) {
    /** Names the pair. */
    public String id() {
        return query.id() + "/" + candidate.docId();
    }

    /** The label to learn. */
    public int label() {
        return lesson.label();
    }

    /** Why the label is right. */
    public String explanation() {
        return lesson.explanation();
    }
}
