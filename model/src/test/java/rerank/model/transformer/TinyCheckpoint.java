package rerank.model.transformer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import rerank.model.transformer.TransformerConfig.RopeScaling;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;

/** Writes checkpoints of a few thousand random weights, for tests. */
public final class TinyCheckpoint {
    /** Rows of the vocabulary. */
    public static final int VOCABULARY = 300;

    /** Longest sequence. */
    public static final int POSITIONS = 256;

    private TinyCheckpoint() {}

    /** A small shape of a family: qwen2, qwen3 (untied) or llama (with token types and scaled frequencies). */
    public static TransformerConfig config(String family) {
        boolean isLlama = family.equals("llama");
        return new TransformerConfig(
                family,
                2,
                32,
                4,
                2,
                8,
                48,
                VOCABULARY,
                POSITIONS,
                10_000,
                isLlama ? new RopeScaling(8, 1, 4, 64) : null,
                1e-5,
                !family.equals("qwen3"),
                family.equals("qwen2"),
                family.equals("qwen3"),
                isLlama ? 3 : 0);
    }

    /** Writes {@code config.json} and {@code model.safetensors}. */
    public static Path write(Path directory, TransformerConfig config, long seed, boolean bf16) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ConfigFile.write(config, directory.resolve("config.json"), bf16);
        SafeTensorsWriter.write(
                directory.resolve("model.safetensors"),
                tensors(config, seed),
                bf16 ? ElementType.BF16 : ElementType.F32);
        return directory;
    }

    /** The tensors that {@link #write} writes. */
    public static List<SafeTensorsWriter.Tensor> tensors(TransformerConfig config, long seed) {
        Random random = new Random(seed);
        List<SafeTensorsWriter.Tensor> tensors = new ArrayList<>();
        for (WeightLayout.Slot slot : WeightLayout.of(config)) {
            for (WeightLayout.Part part : slot.parts()) {
                boolean isNorm = part.name().contains("norm");
                float[] values = new float[Math.toIntExact(part.elements())];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (isNorm ? 1 + 0.1 * random.nextGaussian() : 0.3 * random.nextGaussian());
                }
                tensors.add(new SafeTensorsWriter.Tensor(part.name(), part.shape(), () -> values));
            }
        }
        return tensors;
    }

    /** Random token ids. */
    public static int[] tokens(Random random, int length) {
        return random.ints(length, 0, VOCABULARY).toArray();
    }
}
