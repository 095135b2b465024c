package rerank.trainer.teacher;

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
     */
    Optional<Lesson> teach(Query query, Candidate candidate);

    /**
     * The query in words to learn it by: its own, unless the teacher knows others that mean the same, for which all
     * lessons on the query hold.
     */
    default String wording(Query query, Random random) {
        return query.text();
    }
}
