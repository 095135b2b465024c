/**
 * How explanations are phrased, so that a model writes no word that neither the pair nor the phrasing of its teachers has. Start
 * at {@link rerank.model.phrasing.Phrasing}; {@link rerank.model.phrasing.PhrasingLearner} makes one of a teacher's
 * explanations.
 */
@NullMarked
package rerank.model.phrasing;

import org.jspecify.annotations.NullMarked;
