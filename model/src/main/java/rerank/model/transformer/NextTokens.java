package rerank.model.transformer;

/**
 * What was read from the distribution over the token after each row. Log-probabilities are natural, of the softmax over
 * the whole vocabulary at temperature 1.
 *
 * @param ids the token chosen for each row
 * @param logProbs of the chosen tokens
 * @param asked for each row those of the tokens asked for
 */
public record NextTokens(int[] ids, float[] logProbs, float[][] asked) {}
