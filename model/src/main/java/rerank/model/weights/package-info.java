/** Checkpoint files to tensors, shapes checked on load. */
@NullMarked
package rerank.model.weights;

import org.jspecify.annotations.NullMarked;
