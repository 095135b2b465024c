package rerank.model.adapter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import rerank.model.weights.CheckpointException;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;
import rerank.model.weights.StoredTensor;
import rerank.model.weights.WeightMap;

/** Makes one plain checkpoint of a base and an adapter: every adapted matrix becomes {@code W + scaling B A}. */
public final class AdapterMerge {
    /** What the adapter's directory may have of its own; of the base where it has not. */
    private static final List<String> OWN_FILES = List.of(
            "tokenizer.json", "tokenizer_config.json", "reranker.json", "generation_config.json", "phrasing.json");

    private AdapterMerge() {}

    /**
     * Writes the merged checkpoint; its weights are bf16 where all of the base's are, else float32.
     *
     * @param base a Hugging Face directory
     * @param adapter a PEFT directory
     * @param out made if it is missing; neither of the two
     * @throws CheckpointException if the adapter does not fit the base, or either is not as it should be
     */
    public static void merge(Path base, Path adapter, Path out) {
        if (same(out, base) || same(out, adapter)) {
            throw new IllegalArgumentException("the merged checkpoint cannot be written into " + out
                    + ", which holds what it is made of; name another directory");
        }
        Adapter adapted = Adapter.read(adapter);
        WeightMap weights = WeightMap.open(base);
        adapted.requireFits(weights);
        List<SafeTensorsWriter.Tensor> tensors = new ArrayList<>();
        for (StoredTensor tensor : weights.all()) {
            tensors.add(new SafeTensorsWriter.Tensor(tensor.name(), tensor.shape(), () -> merged(tensor, adapted)));
        }
        boolean isBf16 = weights.all().stream().allMatch(tensor -> tensor.type() == ElementType.BF16);
        try {
            Files.createDirectories(out);
            Files.copy(base.resolve("config.json"), out.resolve("config.json"), StandardCopyOption.REPLACE_EXISTING);
            for (String file : OWN_FILES) {
                Path from = Files.exists(adapter.resolve(file)) ? adapter.resolve(file) : base.resolve(file);
                if (Files.exists(from)) {
                    Files.copy(from, out.resolve(file), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("merged checkpoint " + out + ": cannot be written", e);
        }
        SafeTensorsWriter.write(
                out.resolve(WeightMap.SINGLE_FILE), tensors, isBf16 ? ElementType.BF16 : ElementType.F32);
    }

    private static boolean same(Path a, Path b) {
        return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
    }

    private static float[] merged(StoredTensor tensor, Adapter adapter) {
        float[] weights = tensor.read();
        adapter.beside(tensor.name())
                .ifPresent(matrix -> add(
                        weights,
                        matrix.b().read(),
                        matrix.a().read(),
                        adapter.config().rank(),
                        (float) adapter.config().scaling()));
        return weights;
    }

    /** Adds factor B A to W, all row by row. */
    static void add(float[] w, float[] b, float[] a, int rank, float factor) {
        int in = a.length / rank;
        for (int row = 0; row < w.length / in; row++) {
            for (int r = 0; r < rank; r++) {
                float share = factor * b[row * rank + r];
                for (int column = 0; column < in; column++) {
                    w[row * in + column] += share * a[r * in + column];
                }
            }
        }
    }
}
