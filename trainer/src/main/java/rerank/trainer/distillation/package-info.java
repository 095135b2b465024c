/**
 * Trains a decoder from examples: a teacher's labels and explanations ({@code distill}), plain text ({@code pretrain})
 * or prompts with responses ({@code finetune}). Start at {@link rerank.trainer.distillation.Training}, which reads a
 * {@link rerank.trainer.distillation.TrainConfig}; {@link rerank.trainer.distillation.TrainingRun} is the loop.
 *
 * <p>The loop owns its worker threads: each computes the gradients of whole micro-batches with one native thread, and
 * the optimizer step runs on the caller's thread while they rest.
 */
@NullMarked
package rerank.trainer.distillation;

import org.jspecify.annotations.NullMarked;
