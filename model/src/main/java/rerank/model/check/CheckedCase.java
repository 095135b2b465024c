package rerank.model.check;

/**
 * One comparison with the reference.
 *
 * @param name what was compared, for example {@code logits batch_left_padded}
 * @param deviation the largest one found; NaN counts as beyond any tolerance
 * @param tolerance what is accepted
 */
public record CheckedCase(String name, double deviation, double tolerance) {
    /** Whether the deviation is within the tolerance. */
    public boolean passed() {
        return deviation <= tolerance;
    }
}
