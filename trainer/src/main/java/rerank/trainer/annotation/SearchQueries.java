package rerank.trainer.annotation;

import java.util.List;
import java.util.Optional;
import rerank.model.ranking.Query;
import rerank.trainer.teacher.TeacherException;

/** The search queries that a teacher wrote for a question, or why it wrote none. */
record SearchQueries(Query question, List<String> queries, Optional<TeacherException> failure) {
    SearchQueries {
        queries = List.copyOf(queries);
    }
}
