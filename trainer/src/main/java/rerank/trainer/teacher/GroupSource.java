package rerank.trainer.teacher;

/**
 * Training groups by index: the group of an index is always the same, and every run of {@link #size()} indices visits each
 * query once, or as often as its teacher asks for, in another order. Safe for use by several threads.
 */
public interface GroupSource {
    /** Number of groups in an epoch. */
    int size();

    /**
     * The group of an index.
     *
     * @param index from 0, without bound
     */
    TrainingGroup group(long index);
}
