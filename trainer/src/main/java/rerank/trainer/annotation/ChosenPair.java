package rerank.trainer.annotation;

import java.util.OptionalInt;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.example.Origin;

/**
 * A pair to be annotated.
 *
 * @param query with what counts as relevant
 * @param candidate cut to what the teacher reads; of first-stage rank 0 where the first stage did not find it
 * @param origin why it was chosen
 * @param knownLabel what the data set says of it
 */
record ChosenPair(Query query, Candidate candidate, Origin origin, OptionalInt knownLabel) {
    String id() {
        return query.id() + "/" + candidate.docId();
    }
}
