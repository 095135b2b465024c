package rerank.model.transformer;

import org.jspecify.annotations.Nullable;
import rerank.model.adapter.AdapterConfig;

/**
 * How a {@link TransformerTrainer} computes, and what it trains.
 *
 * @param precision of activations and matrix products, and of weights that are not trained; what is trained, its
 *     gradients and the optimizer's moments are float32 always
 * @param recomputesActivations the backward pass computes each layer again instead of keeping what is inside it: about a
 *     third more work, and memory for one layer instead of all (activation checkpointing)
 * @param adapter train this adapter beside frozen weights; null to train all weights
 */
public record TrainerSetup(
        Precision precision,
        boolean recomputesActivations,
        @Nullable AdapterConfig adapter) {
    /** All weights, in float32, activations kept. */
    public static final TrainerSetup PLAIN = new TrainerSetup(Precision.FLOAT32, false, null);
}
