/** Text to token ids and back. Start at {@link rerank.model.tokenizer.Tokenizer}. */
@NullMarked
package rerank.model.tokenizer;

import org.jspecify.annotations.NullMarked;
