/**
 * The rerankers, tying the packages below together. Start at {@link rerank.model.CheckpointJudge}, which loads the one
 * that a checkpoint holds. {@link rerank.model.LanguageModelReranker}: prompts from {@code prompt}, completions and label
 * probabilities from {@code generation}. {@link rerank.model.CrossEncoderReranker}: logits from {@code encoder}.
 * Judgments and their order are in {@code ranking}. A reranker belongs to the thread that judges.
 */
@NullMarked
package rerank.model;

import org.jspecify.annotations.NullMarked;
