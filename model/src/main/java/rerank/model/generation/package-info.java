/** Turns prompts into completions. Start at {@link rerank.model.generation.Generator}. */
@NullMarked
package rerank.model.generation;

import org.jspecify.annotations.NullMarked;
