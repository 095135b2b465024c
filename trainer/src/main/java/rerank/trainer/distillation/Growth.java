package rerank.trainer.distillation;

/**
 * What a checkpoint is grown to before it is trained on.
 *
 * @param layers blocks; 0 for as many as it has
 * @param hiddenSize model width, a multiple of its own; 0 for its own
 */
public record Growth(int layers, int hiddenSize) {
    /** As it is. */
    public static final Growth NONE = new Growth(0, 0);
}
