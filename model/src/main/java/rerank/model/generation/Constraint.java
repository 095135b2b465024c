package rerank.model.generation;

/** Which tokens may come next in a completion. Belongs to one sequence. */
public interface Constraint {
    /** The tokens that may come next; at least one. */
    int[] allowed();

    /** Takes note of the token that came. */
    void wrote(int token);
}
