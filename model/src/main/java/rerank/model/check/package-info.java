/**
 * Says what a checkpoint is and whether it computes what its reference did. Start at
 * {@link rerank.model.check.ModelCheck}; it is what {@code rerank model check} runs, and what our own tests do.
 */
@NullMarked
package rerank.model.check;

import org.jspecify.annotations.NullMarked;
