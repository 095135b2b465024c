package rerank.model.transformer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;
import rerank.model.weights.WeightMap;

/**
 * Writes checkpoints of any shape with random weights, to measure speed with: what a step costs does not depend on what the
 * weights say. They have no tokenizer.
 */
public final class RandomCheckpoint {
    /** Deviation of matrices, as models are usually initialised. */
    private static final float DEVIATION = 0.02f;

    private RandomCheckpoint() {}

    /** The shape of Qwen2.5-0.5B: 494 million weights. */
    public static TransformerConfig halfBillion() {
        return new TransformerConfig(
                "qwen2", 24, 896, 14, 2, 64, 4864, 151_936, 32_768, 1e6, null, 1e-6, true, true, false, 0);
    }

    /**
     * Writes {@code config.json} and bfloat16 weights into a directory, which is created.
     *
     * @param seed the same seed gives the same weights
     */
    public static void write(Path directory, TransformerConfig config, long seed) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be created", e);
        }
        ConfigFile.write(config, directory.resolve("config.json"), true);
        SplittableRandom random = new SplittableRandom(seed);
        List<SafeTensorsWriter.Tensor> tensors = new ArrayList<>();
        for (WeightLayout.Slot slot : WeightLayout.of(config)) {
            for (WeightLayout.Part part : slot.parts()) {
                boolean isNorm = part.name().endsWith("norm.weight");
                tensors.add(new SafeTensorsWriter.Tensor(
                        part.name(), part.shape(), () -> numbers((int) part.elements(), isNorm, random)));
            }
        }
        SafeTensorsWriter.write(directory.resolve(WeightMap.SINGLE_FILE), tensors, ElementType.BF16);
    }

    /** Uniform numbers of the deviation wanted; norms are 1. */
    private static float[] numbers(int count, boolean isNorm, SplittableRandom random) {
        float[] numbers = new float[count];
        float range = DEVIATION * (float) Math.sqrt(12);
        for (int i = 0; i < count; i++) {
            numbers[i] = isNorm ? 1 : (float) (random.nextInt(1 << 24) / (double) (1 << 24) - 0.5) * range;
        }
        return numbers;
    }
}
