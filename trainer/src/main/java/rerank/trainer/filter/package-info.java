/**
 * Keeps examples that are worth learning from, and says what it drops. Start at {@link rerank.trainer.filter.Filters}, which
 * runs several {@link rerank.trainer.filter.ExampleFilter}s one after the other. Everything is a function of the examples, in
 * their order, and a seed.
 */
@NullMarked
package rerank.trainer.filter;

import org.jspecify.annotations.NullMarked;
