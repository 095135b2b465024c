package rerank.trainer.storefront;

import org.jspecify.annotations.Nullable;
import rerank.trainer.storefront.Product.Fact;
import rerank.trainer.storefront.Value.Choice;
import rerank.trainer.storefront.Value.Feature;
import rerank.trainer.storefront.Value.Quantity;

/** One thing that a shopping query asks of a product. */
sealed interface Constraint {
    /** The id of the attribute it is about. */
    String attribute();

    /** Whether a stated fact about the attribute meets it. */
    boolean isMetBy(Fact fact);

    /** Whether a product meets it; what the product does not state is missed. */
    default boolean isMetBy(Product product) {
        Fact fact = product.stated().get(attribute());
        return fact != null && isMetBy(fact);
    }

    /**
     * A limit on a number.
     *
     * @param upper the second limit of BETWEEN, otherwise null
     * @param isFit asked as something that the product must suit
     * @param shown the limit, or both, as the query writes it
     */
    record Limit(
            String attribute,
            Comparison comparison,
            Quantity limit,
            @Nullable Quantity upper,
            boolean isFit,
            String shown)
            implements Constraint {
        @Override
        public boolean isMetBy(Fact fact) {
            return fact.value() instanceof Quantity value && comparison.holds(value, limit, upper);
        }
    }

    /** A word that is wanted, or ruled out. */
    record Wanted(String attribute, String word, boolean isRuledOut) implements Constraint {
        @Override
        public boolean isMetBy(Fact fact) {
            return fact.value() instanceof Choice choice && choice.word().equals(word) != isRuledOut;
        }
    }

    /** A feature that must be there, or must not. */
    record Having(String attribute, boolean isWanted) implements Constraint {
        @Override
        public boolean isMetBy(Fact fact) {
            return fact.value() instanceof Feature feature && feature.isPresent() == isWanted;
        }
    }
}
