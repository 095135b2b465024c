package rerank.trainer.storefront;

/**
 * How much of the storefront is made.
 *
 * @param seed equal seeds and sizes give equal data
 * @param products in all splits together: about 60 % train, 12 % dev, 28 % test; at least 600, so that every category
 *     has products in every split
 * @param trainQueries at least 1
 * @param devQueries at least 1
 * @param testQueries at least 1
 * @param candidates that the first stage proposes for a query, at least 1
 * @param customers who ask, and what they like
 */
public record StorefrontConfig(
        long seed,
        int products,
        int trainQueries,
        int devQueries,
        int testQueries,
        int candidates,
        Customers customers) {
    /** Who asks. */
    public enum Customers {
        /** They use the words of the shop and want what they ask for. */
        USUAL,

        /** They have words and tastes of their own, and the shop has other makers: see {@link Storefront}. */
        SHIFTED
    }

    /** The data that the shipped checkpoint is trained and measured on. */
    public static final StorefrontConfig DEFAULT = new StorefrontConfig(1, 2400, 6000, 300, 500, 50);

    /** The same shop after its customers changed; other products and queries, in the same numbers. */
    public static final StorefrontConfig SHIFTED = new StorefrontConfig(2, 2400, 6000, 300, 500, 50, Customers.SHIFTED);

    /** With the usual customers. */
    public StorefrontConfig(
            long seed, int products, int trainQueries, int devQueries, int testQueries, int candidates) {
        this(seed, products, trainQueries, devQueries, testQueries, candidates, Customers.USUAL);
    }

    public StorefrontConfig {
        if (products < 600) {
            throw new IllegalArgumentException("products must be at least 600, was " + products);
        }
        if (trainQueries < 1 || devQueries < 1 || testQueries < 1 || candidates < 1) {
            throw new IllegalArgumentException("queries of each split and candidates must be at least 1, were "
                    + trainQueries + ", " + devQueries + ", " + testQueries + " and " + candidates);
        }
    }
}
