/**
 * Trains a tokenizer for a model from scratch. Start at {@link rerank.trainer.tokenizer.BytePairTrainer}: texts go in
 * with weights, a {@link rerank.trainer.tokenizer.BytePairVocabulary} comes out and writes {@code tokenizer.json}.
 */
@NullMarked
package rerank.trainer.tokenizer;

import org.jspecify.annotations.NullMarked;
