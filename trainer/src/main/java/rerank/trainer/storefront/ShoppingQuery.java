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
 * @param shift words and tastes of who asks
 */
record ShoppingQuery(Query query, String category, String noun, List<Constraint> constraints, Shift shift) {
    ShoppingQuery {
        constraints = List.copyOf(constraints);
    }

    /** Asked by the usual customers. */
    ShoppingQuery(Query query, String category, String noun, List<Constraint> constraints) {
        this(query, category, noun, constraints, Shift.NONE);
    }

    /** The same asked by others, in their words. */
    ShoppingQuery askedWith(Shift others) {
        Query worded = new Query(query.id(), others.inCustomersWords(query.text()), query.instruction());
        return new ShoppingQuery(worded, category, noun, constraints, others);
    }

    /**
     * The relevance label of a product: 2 all met, 1 exactly one missed, 0 otherwise or in another category; one more or
     * less, between 0 and 2, as its maker is liked.
     */
    int label(Product product) {
        return product.category().equals(category)
                ? Math.max(0, Math.min(2, 2 - missed(product, 3) + shift.liking(product)))
                : 0;
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
