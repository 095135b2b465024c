package rerank.model.transformer;

/** What multiplies activations with matrices; {@code kind} in {@code decoder.py}. */
enum Kernel {
    /** libtorch's own choice, over the weights as they are. The one that follows weights in training. */
    PLAIN,
    /** oneDNN, over weights reordered once for its kernels; CPU. */
    REORDERED,
    /** oneDNN, 8-bit weights and activations; CPU. */
    INT8
}
