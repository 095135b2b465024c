package rerank.model.transformer;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Weights to begin training with, in the order of {@link WeightLayout}. */
final class FreshWeights {
    private static final double EMBEDDING = 0.05;
    private static final double TOKEN_TYPE = 0.02;

    /**
     * Training from scratch went best with embeddings of deviation 0.2 in the residual stream and 0.05 in the head.
     * Where both are one matrix of 0.05, scaling down what the blocks add to the stream is the same.
     */
    private static final double RESIDUAL = 0.25;

    private FreshWeights() {}

    /** One tensor. */
    record Values(long[] shape, float[] numbers) {}

    /** Makes all tensors in order, one at a time; the same seed gives the same numbers. */
    static void forEach(TransformerConfig config, long seed, Consumer<Values> into) {
        var random = new Random(seed);
        double residual = RESIDUAL / Math.sqrt(2.0 * config.layers());
        List<WeightLayout.Slot> slots = WeightLayout.of(config);
        for (int index = 0; index < slots.size(); index++) {
            int inLayer = index < WeightLayout.BEFORE_LAYERS
                    ? -1
                    : (index - WeightLayout.BEFORE_LAYERS) % WeightLayout.PER_LAYER;
            Values values = empty(slots.get(index));
            boolean isVector = values.shape().length == 1;
            if (inLayer == 2) {
                Arrays.fill(values.numbers(), 0);
            } else if (isVector) {
                Arrays.fill(values.numbers(), 1);
            } else {
                double fanIn = 1 / Math.sqrt(values.shape()[1]);
                double deviation = inLayer < 0
                        ? index == 3 ? TOKEN_TYPE : EMBEDDING
                        : inLayer == 5 || inLayer == 8 ? residual * fanIn : fanIn;
                for (int i = 0; i < values.numbers().length; i++) {
                    values.numbers()[i] = (float) (deviation * random.nextGaussian());
                }
            }
            into.accept(values);
        }
    }

    private static Values empty(WeightLayout.Slot slot) {
        if (slot.parts().isEmpty()) {
            return new Values(new long[] {0}, new float[0]);
        }
        long[] shape =
                slot.parts().get(0).shape().stream().mapToLong(Long::longValue).toArray();
        shape[0] = slot.parts().stream().mapToLong(part -> part.shape().get(0)).sum();
        return new Values(shape, new float[Math.toIntExact(slot.elements())]);
    }
}
