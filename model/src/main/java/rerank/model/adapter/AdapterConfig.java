package rerank.model.adapter;

import java.util.Set;

/**
 * The shape of an adapter: beside a frozen matrix W the product B A of rank r, so that a layer computes {@code W x +
 * scaling B A x} (Hu et al., LoRA, 2021).
 *
 * @param rank r, at least 1
 * @param alpha what the scaling is made of
 * @param dropout share of A's inputs that is dropped in training, in [0, 1)
 * @param rankStabilised scaling is alpha / sqrt(r) (rsLoRA) instead of alpha / r
 * @param modules the matrices that have an adapter, in every layer
 * @param base name or directory of the model it belongs to; may be empty
 */
public record AdapterConfig(
        int rank, double alpha, double dropout, boolean rankStabilised, Set<AdaptedModule> modules, String base) {
    public AdapterConfig {
        if (rank < 1) {
            throw new IllegalArgumentException("adapter rank r must be at least 1, was " + rank);
        }
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            throw new IllegalArgumentException("adapter lora_alpha must be above 0 and finite, was " + alpha);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("adapter lora_dropout must be in [0, 1), was " + dropout);
        }
        if (modules.isEmpty()) {
            throw new IllegalArgumentException("an adapter without target_modules adapts nothing");
        }
        modules = Set.copyOf(modules);
    }

    /** The factor on B A. */
    public double scaling() {
        return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
    }
}
