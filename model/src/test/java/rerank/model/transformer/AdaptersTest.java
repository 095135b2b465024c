package rerank.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.adapter.AdaptedModule;
import rerank.model.adapter.Adapter;
import rerank.model.adapter.AdapterConfig;
import rerank.model.adapter.AdapterMerge;
import rerank.model.generation.GenerationRequest;
import rerank.model.generation.Scheduler;
import rerank.model.generation.Sequence;
import rerank.model.generation.StopRule;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.transformer.Adapters.Factors;
import rerank.model.transformer.Adapters.Matrix;
import rerank.model.transformer.Turn.Read;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;

/** A turn with an adapter against a checkpoint into whose weights the same adapter was merged. */
class AdaptersTest {
    private static final Reading READING = Reading.withLogProbs(0, 50, 100, 299);
    private static final Set<String> SOME = Set.of("q_proj", "v_proj", "up_proj", "down_proj");

    @TempDir
    Path directory;

    private final Random random = new Random(1);

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void computesLikeTheModelThatItWasMergedInto(String family) {
        TransformerConfig config = TinyCheckpoint.config(family);
        Map<String, Factors> all = adapter(config, 3, Set.of());
        Map<String, Factors> some = adapter(config, 5, SOME);
        List<int[]> prompts = new ArrayList<>();
        for (int length : new int[] {20, 20, 20, 9, 1, 33}) {
            prompts.add(TinyCheckpoint.tokens(random, length));
        }
        int[] adapterOf = {0, 1, -1, 1, 0, -1};

        try (Transformer model = load(config, Map.of(), "base");
                Transformer mergedAll = load(config, all, "all");
                Transformer mergedSome = load(config, some, "some");
                Adapters adapters = Adapters.of(model, List.of(all, some))) {
            model.use(adapters);
            List<Turn> turns = new ArrayList<>();
            for (int i = 0; i < adapterOf.length; i++) {
                int[] ids = prompts.get(i);
                turns.add(new Turn(ids, new int[0], 0, ids.length, null, null, Read.SCORE, 0, adapterOf[i]));
            }
            float[][] asked = model.step(turns, null, READING).asked();

            Transformer[] expected = {mergedAll, mergedSome, model};
            for (int i = 0; i < adapterOf.length; i++) {
                Transformer by = expected[Math.floorMod(adapterOf[i], 3)];
                assertThat(asked[i])
                        .as("turn %d", i)
                        .usingComparatorWithPrecision(1e-4f)
                        .containsExactly(alone(by, prompts.get(i)));
            }
            assertThat(alone(mergedAll, prompts.get(0))).isNotEqualTo(alone(model, prompts.get(0)));
            assertThat(adapters.count()).isEqualTo(2);
        }
    }

    @Test
    void takesPeftDirectoriesAsTheyAreMerged() {
        TransformerConfig config = TinyCheckpoint.config("qwen2");
        Path checkpoint = directory.resolve("base");
        Path peft = directory.resolve("peft");
        Path merged = directory.resolve("merged");
        List<SafeTensorsWriter.Tensor> matrices = new ArrayList<>();
        Set<AdaptedModule> modules = Set.of(AdaptedModule.Q_PROJ, AdaptedModule.O_PROJ, AdaptedModule.GATE_PROJ);
        Map<String, Factors> values = adapter(config, 2, Set.of("q_proj", "o_proj", "gate_proj"));
        for (int layer = 0; layer < config.layers(); layer++) {
            for (AdaptedModule module : modules) {
                String weight = module.weight(layer);
                Factors factors =
                        values.get(weight.replaceFirst("^model\\.", "").replaceFirst("\\.weight$", ""));
                matrices.add(tensor(module.adapterWeight(layer, 'A'), factors.down()));
                matrices.add(tensor(module.adapterWeight(layer, 'B'), factors.up()));
            }
        }
        Adapter.write(peft, new AdapterConfig(2, 3, 0, false, modules, "base"), matrices);
        int[] ids = TinyCheckpoint.tokens(random, 25);

        try (Transformer model = load(config, Map.of(), "base")) {
            AdapterMerge.merge(checkpoint, peft, merged);
            try (Transformer expected = Transformer.load(merged);
                    Adapters adapters = Adapters.load(model, checkpoint, List.of(peft))) {
                model.use(adapters);
                Turn turn = new Turn(ids, new int[0], 0, 25, null, null, Read.SCORE, 0, 0);

                assertThat(model.step(List.of(turn), null, READING).asked()[0])
                        .usingComparatorWithPrecision(1e-4f)
                        .containsExactly(alone(expected, ids));
                assertThat(alone(expected, ids)).isNotEqualTo(alone(model, ids));
            }
        }
    }

    private static SafeTensorsWriter.Tensor tensor(String name, Matrix matrix) {
        return new SafeTensorsWriter.Tensor(
                name, List.of((long) matrix.rows(), (long) matrix.columns()), matrix::values);
    }

    @Test
    void sequencesOfDifferentAdaptersShareNoPrefix() {
        TransformerConfig config = TinyCheckpoint.config("qwen2");
        Map<String, Factors> adapter = adapter(config, 4, Set.of());
        int[] ids = TinyCheckpoint.tokens(random, 50);
        EncodedPrompt prompt = new EncodedPrompt(ids, new int[50], 20, 40);

        try (Transformer model = load(config, Map.of(), "base");
                Transformer merged = load(config, adapter, "merged");
                Adapters adapters = Adapters.of(model, List.of(adapter));
                Scheduler scheduler = new Scheduler(model, Scheduler.Limits.DEFAULT, READING)) {
            model.use(adapters);
            List<Sequence> sequences = new ArrayList<>();
            for (int which : new int[] {0, -1, 0}) {
                sequences.add(
                        scheduler.add(new GenerationRequest(prompt, 12, StopRule.NEVER, new int[] {5}, 0, which)));
            }
            finish(scheduler);

            assertThat(scheduler.statistics().reusedTokens()).isEqualTo(3 * 40);
            assertThat(scheduler.statistics().promptTokens()).isGreaterThanOrEqualTo(2 * 40 + 3 * 10);
            assertSame(sequences.get(0), merged, ids);
            assertSame(sequences.get(1), model, ids);
            assertSame(sequences.get(2), merged, ids);
        }
    }

    private static void assertSame(Sequence sequence, Transformer by, int[] ids) {
        try (Scheduler scheduler = new Scheduler(by, Scheduler.Limits.DEFAULT, READING)) {
            Sequence expected = scheduler.add(new GenerationRequest(
                    new EncodedPrompt(ids, new int[ids.length]), 12, StopRule.NEVER, new int[] {5}, 0, -1));
            finish(scheduler);
            assertThat(sequence.completion().tokenIds())
                    .isEqualTo(expected.completion().tokenIds());
            assertThat(sequence.completion().scored())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(expected.completion().scored());
        }
    }

    private static void finish(Scheduler scheduler) {
        while (!scheduler.isIdle()) {
            scheduler.step();
        }
    }

    private static float[] alone(Transformer by, int[] ids) {
        return by.step(List.of(Turn.alone(ids, new int[0], Read.SCORE)), null, READING)
                .asked()[0];
    }

    /** Random factors of all matrices, or of some, by their last name. */
    private Map<String, Factors> adapter(TransformerConfig config, int rank, Set<String> only) {
        Map<String, Factors> factors = new HashMap<>();
        for (SafeTensorsWriter.Tensor tensor : TinyCheckpoint.tensors(config, 1)) {
            String name = tensor.name().replaceFirst("^model\\.", "").replaceFirst("\\.weight$", "");
            boolean isWanted = only.isEmpty() || only.contains(name.substring(name.lastIndexOf('.') + 1));
            if (name.matches("layers\\.\\d+\\..*_proj") && isWanted) {
                int out = tensor.shape().get(0).intValue();
                int in = tensor.shape().get(1).intValue();
                factors.put(name, new Factors(matrix(rank, in), matrix(out, rank)));
            }
        }
        return factors;
    }

    private Matrix matrix(int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.2 * random.nextGaussian());
        }
        return new Matrix(rows, columns, values);
    }

    private Transformer load(TransformerConfig config, Map<String, Factors> merged, String name) {
        Path checkpoint = TinyCheckpoint.write(directory.resolve(name), config, 1, false);
        List<SafeTensorsWriter.Tensor> tensors = TinyCheckpoint.tensors(config, 1);
        for (SafeTensorsWriter.Tensor tensor : tensors) {
            Factors factors =
                    merged.get(tensor.name().replaceFirst("^model\\.", "").replaceFirst("\\.weight$", ""));
            if (factors != null) {
                addProduct(tensor.values().get(), factors);
            }
        }
        SafeTensorsWriter.write(checkpoint.resolve("model.safetensors"), tensors, ElementType.F32);
        return Transformer.load(checkpoint);
    }

    private static void addProduct(float[] weights, Factors factors) {
        Matrix down = factors.down();
        Matrix up = factors.up();
        for (int i = 0; i < up.rows(); i++) {
            for (int j = 0; j < down.columns(); j++) {
                for (int r = 0; r < down.rows(); r++) {
                    weights[i * down.columns() + j] +=
                            up.values()[i * up.columns() + r] * down.values()[r * down.columns() + j];
                }
            }
        }
    }
}
