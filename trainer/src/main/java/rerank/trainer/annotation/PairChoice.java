package rerank.trainer.annotation;

/**
 * How many pairs of each query are annotated.
 *
 * @param judged documents judged relevant, at most
 * @param hard candidates of the first stage, at most
 * @param hardDepth ranks that they are taken from
 * @param easy candidates of other queries
 */
public record PairChoice(int judged, int hard, int hardDepth, int easy) {
    public PairChoice {
        if (judged < 0 || hard < 0 || hardDepth < 1 || easy < 0 || judged + hard + easy == 0) {
            throw new IllegalArgumentException("pairs.judged, pairs.hard and pairs.easy must not all be 0, were "
                    + judged + ", " + hard + " and " + easy);
        }
    }
}
