package rerank.trainer.teacher;

/**
 * What a training group is made of; hard negatives fill the rest.
 *
 * @param size number of candidates, at least 2
 * @param maxRelevant bound on candidates with label 2; at least one is in every group
 * @param partialShare share of the groups that hold candidates with label 1, where the query has any
 * @param maxPartial bound on candidates with label 1
 */
public record GroupShape(int size, int maxRelevant, double partialShare, int maxPartial) {
    /** One relevant candidate, and one partially relevant in half of the groups. */
    public static final GroupShape SPARSE = new GroupShape(8, 1, 0.5, 1);

    /** For data where near misses are what must be told apart: up to two relevant, up to three near misses. */
    public static final GroupShape NEAR_MISSES = new GroupShape(8, 2, 0.85, 3);

    public GroupShape {
        if (size < 2 || maxRelevant < 1 || maxPartial < 0 || maxRelevant + maxPartial >= size) {
            throw new IllegalArgumentException("a group of " + size + " cannot hold " + maxRelevant + " relevant and "
                    + maxPartial + " partially relevant candidates and a negative");
        }
        if (!(partialShare >= 0 && partialShare <= 1)) {
            throw new IllegalArgumentException("partialShare must lie in [0, 1], was " + partialShare);
        }
    }

    /** The same with another number of candidates. */
    public GroupShape ofSize(int newSize) {
        return new GroupShape(newSize, maxRelevant, partialShare, maxPartial);
    }
}
