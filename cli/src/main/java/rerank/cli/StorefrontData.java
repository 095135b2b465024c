package rerank.cli;

import rerank.trainer.dataset.Dataset;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.storefront.StorefrontConfig;

/** The embedded data set, or a part of it. */
final class StorefrontData {
    private StorefrontData() {}

    /** The data that the shipped checkpoint was trained and measured on. */
    static Storefront make() {
        return Storefront.generate(StorefrontConfig.DEFAULT);
    }

    /** The first test queries of the same data; the others are not made, which takes seconds less. */
    static Dataset makeTest(int queries) {
        StorefrontConfig all = StorefrontConfig.DEFAULT;
        return Storefront.generate(new StorefrontConfig(
                        all.seed(), all.products(), 1, 1, Math.min(queries, all.testQueries()), all.candidates()))
                .dataset();
    }
}
