package rerank.trainer.storefront;

import java.util.List;
import java.util.TreeSet;
import rerank.model.ranking.Query;

/**
 * A query and what it means.
 *
 * @param query its id and text
 * @param category the id of the category wanted
 * @param noun the word it uses for it
 * @param constraints one to four, in the order of the text, each about another attribute
 */
record ShoppingQuery(Query query, String category, String noun, List<Constraint> constraints) {
    ShoppingQuery {
        constraints = List.copyOf(constraints);
    }

    /** The relevance label of a product: 2 all met, 1 exactly one missed, 0 otherwise or in another category. */
    int label(Product product) {
        return product.category().equals(category) ? Math.max(0, 2 - missed(product, 2)) : 0;
    }

    /** How many constraints the product misses, of which no more than {@code enough} are looked for. */
    int missed(Product product, int enough) {
        int missed = 0;
        for (Constraint constraint : constraints) {
            missed += constraint.isMetBy(product) ? 0 : 1;
            if (missed == enough) {
                break;
            }
        }
        return missed;
    }

    /** Which attributes are asked together, for example {@code backpack: material price}. */
    String combination() {
        return category + ": "
                + String.join(
                        " ",
                        new TreeSet<>(
                                constraints.stream().map(Constraint::attribute).toList()));
    }
}
