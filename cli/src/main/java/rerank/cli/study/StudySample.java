package rerank.cli.study;

/**
 * What is measured on.
 *
 * @param split of each data set
 * @param queries of it, spread evenly over it; 0 for all
 * @param depth candidates of each
 */
public record StudySample(String split, int queries, int depth) {
    public StudySample {
        if (queries < 0 || depth < 1) {
            throw new IllegalArgumentException(
                    "--limit must be 0 (for all queries) or more and --depth 1 or more, were " + queries + " and "
                            + depth);
        }
    }
}
