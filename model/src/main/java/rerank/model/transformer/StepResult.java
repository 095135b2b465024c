package rerank.model.transformer;

/**
 * What a step read, for each of its turns.
 *
 * @param tokenIds the token chosen; -1 where none was
 * @param chosen the token's natural log-probability, or its logit where the reading did without; NaN says that the model
 *     computed no number
 * @param asked logits or log-probabilities of the tokens asked for; empty where the turn was not scored
 */
public record StepResult(int[] tokenIds, float[] chosen, float[][] asked) {}
