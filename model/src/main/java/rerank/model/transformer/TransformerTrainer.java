package rerank.model.transformer;

import java.nio.file.Path;
import java.util.List;

/**
 * A transformer whose weights are being trained: gradients and AdamW inside the same TorchScript program.
 *
 * <p>{@link #gradients} may be called by several threads at once (data parallel over micro-batches, one native thread
 * each); {@link #step} by one thread while no gradients are being computed.
 */
public final class TransformerTrainer implements AutoCloseable {
    /** Weight of each loss in the sum that is differentiated. */
    public record LossWeights(float nextToken, float label, float listwise) {}

    /** AdamW and clipping. */
    public record AdamW(float beta1, float beta2, float epsilon, float weightDecay, float maxGradientNorm) {}

    /** Gradients of one micro-batch with its losses; closed by {@link #step}. */
    public interface Gradients extends AutoCloseable {
        /** Mean next-token loss in nats, 0 if the batch has no such target. */
        float nextTokenLoss();

        /** Mean label loss in nats. */
        float labelLoss();

        /** Mean listwise loss in nats. */
        float listwiseLoss();

        /** Share of groups whose best-scored row has the highest label; NaN without groups. */
        float groupAccuracy();

        @Override
        void close();
    }

    /** Fresh weights: embeddings N(0, 0.05), matrices 1/sqrt(fan-in), residual outputs also / sqrt(2 x layers). */
    public static TransformerTrainer fresh(TransformerConfig config, long seed) {
        throw new UnsupportedOperationException("to be written");
    }

    /** Starts from a checkpoint directory, in float32. */
    public static TransformerTrainer from(Path checkpoint) {
        throw new UnsupportedOperationException("to be written");
    }

    /** Computes losses and gradients of one micro-batch. */
    public Gradients gradients(TrainingBatch batch, LossWeights weights) {
        throw new UnsupportedOperationException("to be written");
    }

    /**
     * Averages the gradients, clips them by global norm, and takes one AdamW step; weight decay on matrices only.
     *
     * @return the norm before clipping
     */
    public float step(List<Gradients> gradients, float learningRate, AdamW adamW) {
        throw new UnsupportedOperationException("to be written");
    }

    /** A transformer over the current weights, for evaluation between steps; it sees later steps too. */
    public Transformer transformer() {
        throw new UnsupportedOperationException("to be written");
    }

    /** Writes {@code config.json} and {@code model.safetensors} in Hugging Face names, as float32 or bf16. */
    public void save(Path directory, boolean bf16) {
        throw new UnsupportedOperationException("to be written");
    }

    /** Writes weights, optimizer moments and step count, so that {@link #restore} continues the same curve. */
    public void saveState(Path file) {
        throw new UnsupportedOperationException("to be written");
    }

    /** Reads what {@link #saveState} wrote. */
    public void restore(Path file) {
        throw new UnsupportedOperationException("to be written");
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("to be written");
    }
}
