package rerank.trainer.teacher;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;

/** Labels pairs and explains the labels. Safe for use by several threads. */
@FunctionalInterface
public interface Teacher {
    /**
     * Teaches one pair.
     *
     * @return empty when the teacher cannot know: such a pair is no training material, not even as a negative
     * @throws TeacherException if the teacher failed; the pair is to be left out and counted, and never means label 0
     */
    Optional<Lesson> teach(Query query, Candidate candidate);

    /**
     * Explains a label that is known from elsewhere and that {@link #teach} did not find by itself.
     *
     * @return a lesson with that label, or empty when the teacher has nothing to say for it
     * @throws TeacherException if the teacher failed
     */
    default Optional<Lesson> justify(Query query, Candidate candidate, int label) {
        return teach(query, candidate).filter(lesson -> lesson.label() == label);
    }

    /**
     * Documents that have most of what a query asks and are irrelevant all the same, for a reason that a model which counts
     * matches would miss; none unless the teacher knows some.
     *
     * @return ids, in no order that means anything
     */
    default List<String> lookalikes(Query query) {
        return List.of();
    }

    /**
     * How often a query is drawn while others are drawn once: more often where it is of a kind that is rare among the queries
     * and takes as much learning as the others.
     *
     * @return at least 1
     */
    default int repeats(Query query) {
        return 1;
    }

    /**
     * The query in words to learn it by: its own, unless the teacher knows others that mean the same, for which all
     * lessons on the query hold.
     */
    default String wording(Query query, Random random) {
        return query.text();
    }
}
