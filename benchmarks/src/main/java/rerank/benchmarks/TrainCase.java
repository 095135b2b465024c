package rerank.benchmarks;

import java.util.List;
import java.util.Set;
import rerank.model.adapter.AdaptedModule;
import rerank.model.adapter.AdapterConfig;
import rerank.model.transformer.Precision;
import rerank.model.transformer.TrainerSetup;
import rerank.model.transformer.TransformerConfig;

/**
 * One row of {@link TrainBenchmark}: a shape, a way of training it, and the batches.
 *
 * @param id names it on the command line and in the report
 * @param rows sequences of a micro-batch
 * @param tokens of each sequence
 * @param answer of these, the last ones, which are predicted
 * @param batches micro-batches of a step
 * @param threads micro-batches at the same time; 0 for one on each processor
 */
record TrainCase(
        String id,
        TransformerConfig config,
        TrainerSetup setup,
        int rows,
        int tokens,
        int answer,
        int batches,
        int threads) {
    private static final TransformerConfig SHIPPED =
            new TransformerConfig("llama", 6, 128, 4, 4, 32, 352, 8192, 512, 1e4, null, 1e-6, true, false, false, 103);
    private static final TransformerConfig HALF_BILLION = new TransformerConfig(
            "qwen2", 24, 896, 14, 2, 64, 4864, 151_936, 32_768, 1e6, null, 1e-6, true, true, false, 0);
    private static final AdapterConfig ADAPTER =
            new AdapterConfig(16, 32, 0, false, Set.of(AdaptedModule.values()), "");

    static List<TrainCase> all() {
        return List.of(
                shipped("shipped full float32", new TrainerSetup(Precision.FLOAT32, false, null)),
                shipped("shipped full bfloat16", new TrainerSetup(Precision.BFLOAT16, false, null)),
                large("0.5B adapter float32", Precision.FLOAT32, true, ADAPTER),
                large("0.5B adapter bfloat16", Precision.BFLOAT16, true, ADAPTER),
                large("0.5B adapter bfloat16 kept", Precision.BFLOAT16, false, ADAPTER),
                large("0.5B full float32", Precision.FLOAT32, true, null),
                large("0.5B full bfloat16", Precision.BFLOAT16, true, null));
    }

    private static TrainCase shipped(String id, TrainerSetup setup) {
        return new TrainCase(id, SHIPPED, setup, 8, 160, 48, 6, 0);
    }

    private static TrainCase large(
            String id,
            Precision precision,
            boolean recomputes,
            @org.jspecify.annotations.Nullable AdapterConfig adapter) {
        return new TrainCase(id, HALF_BILLION, new TrainerSetup(precision, recomputes, adapter), 4, 256, 64, 2, 1);
    }

    int parallel() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    int nativeThreads() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / parallel());
    }

    /**
     * Floating-point operations that a step cannot do without, activations computed again not among them: 2 a weight
     * and token forwards, 2 for the gradient of the input, and 2 for that of the weight where it is trained; attention
     * over half of the square likewise; the head where a token is predicted.
     */
    double operationsPerStep() {
        double width = config.hiddenSize();
        double heads = (double) config.heads() * config.headSize();
        double keys = (double) config.keyValueHeads() * config.headSize();
        double layer = width * (heads + 2 * keys) + heads * width + 3 * width * config.feedForwardSize();
        double perWeight = setup.adapter() == null ? 6 : 4;
        double sequences = (double) rows * batches;
        double matrices = perWeight * config.layers() * layer * sequences * tokens;
        double attention = 3 * 4 * config.layers() * heads * sequences * tokens * tokens / 2;
        double head = perWeight * width * config.vocabularySize() * sequences * answer;
        return matrices + attention + head;
    }
}
