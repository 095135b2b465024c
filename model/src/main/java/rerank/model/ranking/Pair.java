package rerank.model.ranking;

import org.jspecify.annotations.Nullable;

/**
 * One (query, candidate) pair and what is wanted of it.
 *
 * @param query the query
 * @param candidate its candidate
 * @param task what the model shall write
 * @param given for {@link Task#JUSTIFY} the labels found before, which the explanation follows; otherwise null
 */
public record Pair(
        Query query,
        Candidate candidate,
        Task task,
        @Nullable LabelDistribution given) implements Request {
    /** What the model shall write about a pair. */
    public enum Task {
        /** An explanation, then the label. */
        EXPLAIN,
        /** The label only. */
        LABEL,
        /** The explanation of a label already given. */
        JUSTIFY
    }

    public Pair {
        if ((task == Task.JUSTIFY) != (given != null)) {
            throw new IllegalArgumentException(
                    "pair " + query.id() + "/" + candidate.docId() + ": a given label belongs to JUSTIFY alone");
        }
    }

    /** The same query and candidate with nothing wanted but the label. */
    public Pair labelOnly() {
        return new Pair(query, candidate, Task.LABEL, null);
    }
}
