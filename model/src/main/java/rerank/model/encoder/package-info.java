/**
 * Cross-encoders: one forward pass over query and document together, from which a head reads logits. Start at
 * {@link rerank.model.encoder.Encoder}; BERT, ELECTRA and ModernBERT are each a TorchScript source beside the decoder's.
 *
 * <p>Its weights are immutable and its calls hold no state, so any thread may make them.
 */
@NullMarked
package rerank.model.encoder;

import org.jspecify.annotations.NullMarked;
