/**
 * Checkpoint files: where each tensor lies in them, and how they are written. Start at
 * {@link rerank.model.weights.WeightMap}. Nothing here touches native memory: the transformer maps the files itself.
 */
@NullMarked
package rerank.model.weights;

import org.jspecify.annotations.NullMarked;
