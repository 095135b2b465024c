/**
 * Turns prompts into completions. Start at {@link rerank.model.generation.Generator}: it packs prompts into a
 * {@code Batch}, feeds one token a row and step, and retires a {@code Sequence} when it ends or reaches its bound.
 *
 * <p>A generator belongs to one thread; the weights it reads are shared and immutable.
 */
@NullMarked
package rerank.model.generation;

import org.jspecify.annotations.NullMarked;
