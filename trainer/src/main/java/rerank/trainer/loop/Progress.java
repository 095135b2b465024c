package rerank.trainer.loop;

/** Is told how far a cycle is. */
@FunctionalInterface
public interface Progress {
    /** Nobody looks. */
    Progress NONE = (phase, share) -> {};

    /**
     * Told now and then.
     *
     * @param phase what is being done, in a few words
     * @param share of the phase that is over, in [0, 1]
     */
    void at(String phase, double share);
}
