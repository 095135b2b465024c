/** Text in, token ids and token types out; completions back to labels. Start at {@link rerank.model.prompt.PromptBuilder}. */
@NullMarked
package rerank.model.prompt;

import org.jspecify.annotations.NullMarked;
