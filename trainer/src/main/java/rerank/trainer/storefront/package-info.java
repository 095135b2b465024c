/**
 * The embedded data: a shop whose products and shopping queries are made up, seeded and deterministic. Start at {@link
 * rerank.trainer.storefront.Storefront}: it makes the products, writes their descriptions and the queries, ranks them
 * with BM25 and knows, from the attributes behind the texts, which product meets which query.
 *
 * <p>The words are in {@code catalogue.json}; code decides which of them go together. A product states only some of its
 * attributes: what its text does not say, nobody can know, so a constraint on it counts as missed.
 */
@NullMarked
package rerank.trainer.storefront;

import org.jspecify.annotations.NullMarked;
