/**
 * The one reranker, tying the packages below together. Start at {@link rerank.model.LanguageModelReranker}: prompts from
 * {@code prompt}, completions and label probabilities from {@code generation}, judgments and their order in {@code
 * ranking}. It belongs to the thread that judges.
 */
@NullMarked
package rerank.model;

import org.jspecify.annotations.NullMarked;
