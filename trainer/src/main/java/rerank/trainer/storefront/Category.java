package rerank.trainer.storefront;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * A kind of product.
 *
 * @param id names it
 * @param nouns words that mean it
 * @param purposes what it is for; not relevant to any query
 * @param fillers sentences that say nothing about its attributes
 * @param attributes what its products have
 */
record Category(String id, List<String> nouns, List<String> purposes, List<String> fillers, List<Use> attributes) {
    /**
     * An attribute as products of this category have it.
     *
     * @param attribute its id in the catalogue
     * @param ranges of a number: lowest, highest and step in each unit that it is stated in
     * @param values of a choice
     */
    record Use(
            String attribute,
            @JsonSetter(nulls = Nulls.AS_EMPTY) LinkedHashMap<Unit, List<Double>> ranges,
            @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> values) {}
}
