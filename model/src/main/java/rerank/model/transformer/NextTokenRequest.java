package rerank.model.transformer;

/**
 * What to read from the distribution over the token after each row.
 *
 * @param temperature divisor of the logits; 0 picks the most probable token
 * @param topP nucleus, in (0, 1]
 * @param uniforms for each row a number in [0, 1) that decides its sample; not read when temperature is 0
 * @param asked token ids whose log-probabilities are wanted, the same for every row
 */
public record NextTokenRequest(float temperature, float topP, float[] uniforms, int[] asked) {
    /** The most probable token of each of the rows, and the log-probabilities of the tokens asked for. */
    public static NextTokenRequest greedy(int rows, int... asked) {
        return new NextTokenRequest(0, 1, new float[rows], asked);
    }
}
