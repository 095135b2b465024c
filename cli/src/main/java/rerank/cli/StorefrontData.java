package rerank.cli;

import rerank.trainer.dataset.Dataset;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.storefront.StorefrontConfig;

/** The embedded data set by its name on the command line. */
final class StorefrontData {
    /** What {@code --data} takes instead of a directory. */
    static final String NAME = "storefront";

    private StorefrontData() {}

    /** The data that the shipped checkpoint was trained and measured on. */
    static Dataset make() {
        return Storefront.generate(StorefrontConfig.DEFAULT).dataset();
    }
}
