package rerank.cli.study;

/**
 * How much is measured on.
 *
 * @param queries of the test split, spread evenly over it; 0 for all
 * @param depth candidates of each
 */
public record StudySize(int queries, int depth) {
    public StudySize {
        if (queries < 0 || depth < 1) {
            throw new IllegalArgumentException(
                    "--limit must be 0 (for all queries) or more and --depth 1 or more, were " + queries + " and "
                            + depth);
        }
    }
}
