/** The forward pass and its training step, one native call each. Start at {@link rerank.model.transformer.Transformer}. */
@NullMarked
package rerank.model.transformer;

import org.jspecify.annotations.NullMarked;
