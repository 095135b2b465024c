package rerank.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import rerank.model.adapter.AdaptedModule;
import rerank.model.adapter.AdapterConfig;
import rerank.model.adapter.AdapterMerge;
import rerank.model.transformer.TransformerTrainer.AdamW;
import rerank.model.transformer.TransformerTrainer.Gradients;
import rerank.model.transformer.TransformerTrainer.LossWeights;

class TransformerTrainerTest {
    private static final int VOCABULARY = 40;
    private static final LossWeights ALL = new LossWeights(1, 1, 1);
    private static final AdapterConfig ADAPTER =
            new AdapterConfig(3, 6, 0, false, EnumSet.allOf(AdaptedModule.class), "");
    private static final AdamW ADAM_W = new AdamW(0.9f, 0.98f, 1e-8f, 0.05f, 1);

    /** Shapes that take every path of the forward pass. */
    enum Model {
        TIED_WITH_TOKEN_TYPES(config("llama", 2, true, 4)),
        UNTIED(config("llama", 2, false, 0)),
        GROUPED_QUERIES_WITH_BIASES(config("qwen2", 1, true, 0)),
        HEAD_NORMS(config("qwen3", 1, false, 3));

        private final TransformerConfig config;

        Model(TransformerConfig config) {
            this.config = config;
        }

        private static TransformerConfig config(String family, int keyValueHeads, boolean tied, int tokenTypes) {
            return new TransformerConfig(
                    family,
                    2,
                    16,
                    2,
                    keyValueHeads,
                    8,
                    24,
                    VOCABULARY,
                    64,
                    10_000,
                    null,
                    1e-6,
                    tied,
                    family.equals("qwen2"),
                    family.equals("qwen3"),
                    tokenTypes);
        }
    }

    @TempDir
    Path directory;

    static Stream<Arguments> modelsAndSetups() {
        return Stream.of(Model.values())
                .flatMap(model -> Stream.of(
                                TrainerSetup.PLAIN,
                                new TrainerSetup(Precision.FLOAT32, true, null),
                                new TrainerSetup(Precision.FLOAT32, false, ADAPTER),
                                new TrainerSetup(Precision.FLOAT32, true, ADAPTER))
                        .map(setup -> Arguments.of(model, setup)));
    }

    /** Along a tensor's own gradient the loss changes by the gradient's norm. */
    @ParameterizedTest
    @MethodSource("modelsAndSetups")
    void gradientsAgreeWithFiniteDifferences(Model model, TrainerSetup setup) {
        TrainingBatch batch = batch(model, 2, 3, 11);
        float h = 5e-3f;
        try (TransformerTrainer trainer = warmed(model, setup);
                Gradients gradients = trainer.gradients(batch, ALL)) {
            List<NDArray> arrays = ((NativeGradients) gradients).arrays();
            int at = 0;
            for (NDArray weight : trainer.trained()) {
                float[] gradient = arrays.get(at).toFloatArray();
                float[] original = weight.toFloatArray();
                double norm = norm(gradient);

                weight.set(moved(original, gradient, h / norm));
                double above = loss(trainer, batch);
                weight.set(moved(original, gradient, -h / norm));
                double below = loss(trainer, batch);
                weight.set(original);

                assertThat((above - below) / (2 * h))
                        .as("tensor %d of shape %s", at, weight.getShape())
                        .isCloseTo(norm, within(2e-3 + 0.01 * norm));
                at++;
            }
            assertThat(at).isEqualTo(arrays.size()).isPositive();
        }
    }

    @ParameterizedTest
    @MethodSource("modelsAndSetups")
    void gradientsAreTheSameWhenActivationsAreComputedAgain(Model model, TrainerSetup setup) {
        TrainingBatch batch = batch(model, 2, 3, 12);
        try (TransformerTrainer kept = warmed(model, new TrainerSetup(Precision.FLOAT32, false, setup.adapter()));
                TransformerTrainer again = warmed(model, new TrainerSetup(Precision.FLOAT32, true, setup.adapter()));
                Gradients ofKept = kept.gradients(batch, ALL, 7);
                Gradients ofAgain = again.gradients(batch, ALL, 7)) {
            List<NDArray> expected = ((NativeGradients) ofKept).arrays();
            List<NDArray> found = ((NativeGradients) ofAgain).arrays();

            assertThat(found).hasSameSizeAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(found.get(i).getShape()).isEqualTo(expected.get(i).getShape());
                assertThat(found.get(i).toFloatArray())
                        .as("gradient %d", i)
                        .usingComparatorWithPrecision(1e-6f)
                        .containsExactly(expected.get(i).toFloatArray());
            }
        }
    }

    @Test
    void dropoutFollowsFromItsSeedAlsoWhereALayerIsComputedAgain() {
        AdapterConfig dropping = new AdapterConfig(3, 6, 0.4, false, EnumSet.allOf(AdaptedModule.class), "");
        TrainingBatch batch = batch(Model.UNTIED, 2, 3, 13);
        try (TransformerTrainer kept = warmed(Model.UNTIED, new TrainerSetup(Precision.FLOAT32, false, dropping));
                TransformerTrainer again = warmed(Model.UNTIED, new TrainerSetup(Precision.FLOAT32, true, dropping));
                Gradients one = kept.gradients(batch, ALL, 1);
                Gradients same = kept.gradients(batch, ALL, 1);
                Gradients computedAgain = again.gradients(batch, ALL, 1);
                Gradients other = kept.gradients(batch, ALL, 2)) {
            assertThat(same.nextTokenLoss()).isEqualTo(one.nextTokenLoss());
            assertThat(computedAgain.nextTokenLoss()).isCloseTo(one.nextTokenLoss(), within(1e-6f));
            assertThat(norm(gradient(computedAgain, 0))).isCloseTo(norm(gradient(one, 0)), within(1e-6));
            assertThat(other.nextTokenLoss()).isNotEqualTo(one.nextTokenLoss());
        }
    }

    @Test
    void anAdapterLearnsAndLeavesItsBaseAlone() {
        TrainingBatch batch = batch(Model.GROUPED_QUERIES_WITH_BIASES, 2, 3, 15);
        var setup = new TrainerSetup(Precision.FLOAT32, false, ADAPTER);
        try (TransformerTrainer trainer =
                TransformerTrainer.fresh(Model.GROUPED_QUERIES_WITH_BIASES.config, setup, 5)) {
            float[] base = trainer.tensors()[5].toFloatArray();
            double first = loss(trainer, batch);
            for (int step = 0; step < 30; step++) {
                step(trainer, List.of(batch));
            }

            assertThat(loss(trainer, batch)).isLessThan(0.9 * first);
            assertThat(trainer.tensors()[5].toFloatArray()).isEqualTo(base);
        }
    }

    @ParameterizedTest
    @EnumSource(Model.class)
    void aMergedAdapterIsTheModelThatWasTrained(Model model) {
        TrainingBatch batch = batch(model, 2, 3, 16);
        Path base = directory.resolve("base");
        Path adapter = directory.resolve("adapter");
        Path out = directory.resolve("merged");
        try (TransformerTrainer trainer = TransformerTrainer.fresh(model.config, 6)) {
            assertThat(base.toFile().mkdir()).isTrue();
            trainer.save(base, false);
        }
        var setup = new TrainerSetup(Precision.FLOAT32, false, ADAPTER);
        try (TransformerTrainer trainer = TransformerTrainer.from(base, setup, 1)) {
            for (int step = 0; step < 3; step++) {
                step(trainer, List.of(batch));
            }
            trainer.save(adapter, false);
            AdapterMerge.merge(base, adapter, out);
            try (TransformerTrainer merged = TransformerTrainer.from(out);
                    Transformer evaluated = trainer.transformer()) {
                assertThat(loss(merged, batch)).isCloseTo(loss(trainer, batch), within(1e-5));
                assertThat(merged.logProbs(batch)[0][5]).isCloseTo(trainer.logProbs(batch)[0][5], within(1e-5f));
                int[][] ids = {{1, 2, 3, 4}};
                int[][] types = {{0, 0, 0, 0}};
                try (Transformer plain = Transformer.load(out)) {
                    assertThat(evaluated.next(ids, types, 7).asked()[0][0])
                            .isCloseTo(plain.next(ids, types, 7).asked()[0][0], within(1e-5f));
                }
            }
        }
    }

    @Test
    void logProbsAreWhatTheNextTokenLossIsMadeOf() {
        TrainingBatch batch = batch(Model.HEAD_NORMS, 1, 3, 17);
        try (TransformerTrainer trainer = TransformerTrainer.fresh(Model.HEAD_NORMS.config, 7);
                Gradients gradients = trainer.gradients(batch, ALL)) {
            double sum = 0;
            for (float[] row : trainer.logProbs(batch)) {
                for (float logProb : row) {
                    sum -= logProb;
                }
            }

            assertThat(sum / targets(batch)).isCloseTo(gradients.nextTokenLoss(), within(1e-5));
        }
    }

    /** A negative weight is a loss that is to rise. */
    @Test
    void aTokenOfNegativeWeightBecomesLessLikely() {
        TrainingBatch batch = batch(Model.UNTIED, 1, 2, 18);
        for (float[] row : batch.targetWeights()) {
            for (int t = 0; t < row.length; t++) {
                row[t] = -row[t];
            }
        }
        var nextAlone = new LossWeights(1, 0, 0);
        try (TransformerTrainer trainer = TransformerTrainer.fresh(Model.UNTIED.config, 8)) {
            float before = trainer.logProbs(batch)[0][5];
            for (int step = 0; step < 5; step++) {
                trainer.step(trainer.gradients(batch, nextAlone), 1e-3f, ADAM_W);
            }

            assertThat(trainer.logProbs(batch)[0][5]).isLessThan(before);
        }
    }

    /** bf16 has 8 significant bits; sums over 16 inputs and two layers stay within some hundredths. */
    @ParameterizedTest
    @MethodSource("modelsAndSetups")
    void bf16FollowsFloat32AtADistance(Model model, TrainerSetup setup) {
        TrainingBatch batch = batch(model, 2, 3, 19);
        var bf16 = new TrainerSetup(Precision.BFLOAT16, setup.recomputesActivations(), setup.adapter());
        try (TransformerTrainer exact = TransformerTrainer.fresh(model.config, setup, 5);
                TransformerTrainer rounded = TransformerTrainer.fresh(model.config, bf16, 5)) {
            for (int step = 0; step < 5; step++) {
                assertThat(step(rounded, List.of(batch)))
                        .as("step %d", step)
                        .isCloseTo(step(exact, List.of(batch)), within(0.06));
            }
        }
    }

    @Test
    void theWayAStepIsCutIntoMicroBatchesDoesNotChangeTheCurve() {
        List<TrainingBatch> ones = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ones.add(batch(Model.TIED_WITH_TOKEN_TYPES, 1, 4, 100 + i));
        }
        TrainingBatch eight = joined(ones);
        // As many targets in each, so that the mean of the means is the mean.
        assertThat(ones).allSatisfy(one -> assertThat(targets(one)).isEqualTo(targets(ones.get(0))));

        List<Double> together = new ArrayList<>();
        List<Double> apart = new ArrayList<>();
        try (TransformerTrainer a = TransformerTrainer.fresh(Model.TIED_WITH_TOKEN_TYPES.config, 1);
                TransformerTrainer b = TransformerTrainer.fresh(Model.TIED_WITH_TOKEN_TYPES.config, 1)) {
            for (int step = 0; step < 10; step++) {
                together.add(step(a, List.of(eight)));
                apart.add(step(b, ones));
            }
        }

        for (int step = 0; step < 10; step++) {
            assertThat(apart.get(step)).as("step %d", step).isCloseTo(together.get(step), within(2e-4));
        }
    }

    /**
     * The losses of ten steps, made by this program on its first day, when its gradients agreed with finite differences;
     * 2e-4 is what another order of float32 sums may move them by.
     */
    @Test
    void tenStepsOfATinyModelFollowTheStoredCurve() throws IOException {
        List<Double> stored;
        try (var lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(getClass().getResourceAsStream("ten-steps-of-loss.txt")),
                StandardCharsets.UTF_8))) {
            stored = lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Double::valueOf)
                    .toList();
        }
        List<Double> curve = new ArrayList<>();
        try (TransformerTrainer trainer = TransformerTrainer.fresh(Model.TIED_WITH_TOKEN_TYPES.config, 21)) {
            for (int step = 0; step < 10; step++) {
                curve.add(step(trainer, List.of(batch(Model.TIED_WITH_TOKEN_TYPES, 2, 3, step % 2))));
            }
        }

        assertThat(stored).hasSize(10);
        for (int step = 0; step < 10; step++) {
            assertThat(curve.get(step)).as("%s", curve).isCloseTo(stored.get(step), within(2e-4));
        }
    }

    @Test
    void theNumberOfThreadsDoesNotChangeABit() throws Exception {
        List<TrainingBatch> batches = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            batches.add(batch(Model.TIED_WITH_TOKEN_TYPES, 1, 4, 200 + i));
        }
        var executor = Executors.newFixedThreadPool(3);
        try (TransformerTrainer serial = TransformerTrainer.fresh(Model.TIED_WITH_TOKEN_TYPES.config, 2);
                TransformerTrainer parallel = TransformerTrainer.fresh(Model.TIED_WITH_TOKEN_TYPES.config, 2)) {
            for (int step = 0; step < 5; step++) {
                step(serial, batches);
                List<Callable<Gradients>> tasks = batches.stream()
                        .map(batch -> (Callable<Gradients>) () -> parallel.gradients(batch, ALL))
                        .toList();
                List<Gradients> found = new ArrayList<>();
                for (var future : executor.invokeAll(tasks)) {
                    found.add(future.get());
                }
                parallel.step(sum(parallel, found), 1e-3f, ADAM_W);
            }

            for (int i = 0; i < serial.tensors().length; i++) {
                assertThat(parallel.tensors()[i].toFloatArray()).isEqualTo(serial.tensors()[i].toFloatArray());
            }
        } finally {
            executor.shutdownNow();
        }
    }

    static Stream<TrainerSetup> setups() {
        return Stream.of(
                TrainerSetup.PLAIN,
                new TrainerSetup(Precision.BFLOAT16, true, null),
                new TrainerSetup(Precision.FLOAT32, false, ADAPTER),
                new TrainerSetup(Precision.BFLOAT16, true, ADAPTER));
    }

    @ParameterizedTest
    @MethodSource("setups")
    void aRestoredStateContinuesTheSameCurve(TrainerSetup setup) {
        TrainingBatch batch = batch(Model.UNTIED, 2, 3, 9);
        Path file = directory.resolve("state.bin");
        List<Double> expected = new ArrayList<>();
        List<Double> continued = new ArrayList<>();
        // A frozen base comes from the checkpoint, not from the state, so both begin with the same.
        long otherSeed = setup.adapter() == null ? 4 : 3;
        try (TransformerTrainer trainer = TransformerTrainer.fresh(Model.UNTIED.config, setup, 3);
                TransformerTrainer other = TransformerTrainer.fresh(Model.UNTIED.config, setup, otherSeed)) {
            for (int step = 0; step < 5; step++) {
                step(trainer, List.of(batch));
            }
            trainer.saveState(file);
            other.restore(file);
            for (int step = 0; step < 5; step++) {
                expected.add(step(trainer, List.of(batch)));
                continued.add(step(other, List.of(batch)));
            }
        }

        assertThat(continued).isEqualTo(expected);
    }

    @Test
    void aStateOfAnotherShapeIsRefused() {
        Path file = directory.resolve("state.bin");
        try (TransformerTrainer trainer = TransformerTrainer.fresh(Model.UNTIED.config, 3);
                TransformerTrainer other = TransformerTrainer.fresh(Model.HEAD_NORMS.config, 3)) {
            trainer.saveState(file);

            assertThatThrownBy(() -> other.restore(file))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("state.bin");
        }
    }

    @ParameterizedTest
    @EnumSource(Model.class)
    void aSavedCheckpointIsWhereTrainingGoesOn(Model model) {
        TrainingBatch batch = batch(model, 2, 3, 10);
        try (TransformerTrainer trainer = TransformerTrainer.fresh(model.config, 6)) {
            step(trainer, List.of(batch));
            trainer.save(directory, false);
            try (TransformerTrainer again = TransformerTrainer.from(directory)) {
                assertThat(again.config()).isEqualTo(trainer.config());
                assertThat(loss(again, batch)).isEqualTo(loss(trainer, batch));
            }
        }
    }

    @Test
    void eachLossFallsWhenItIsTrainedAlone() {
        eachLossFalls(ADAM_W);
        eachLossFalls(new AdamW(0.9f, 0.98f, 1e-8f, 0.05f, 1, 0.95f));
    }

    private static void eachLossFalls(AdamW rule) {
        TrainingBatch batch = batch(Model.TIED_WITH_TOKEN_TYPES, 2, 4, 7);
        for (LossWeights alone :
                List.of(new LossWeights(1, 0, 0), new LossWeights(0, 1, 0), new LossWeights(0, 0, 1))) {
            try (TransformerTrainer trainer = TransformerTrainer.fresh(Model.TIED_WITH_TOKEN_TYPES.config, 8)) {
                double first = loss(trainer, batch, alone);
                for (int step = 0; step < 40; step++) {
                    trainer.step(trainer.gradients(batch, alone), 3e-3f, rule);
                }

                assertThat(loss(trainer, batch, alone)).as("%s", alone).isLessThan(0.9 * first);
            }
        }
    }

    @Test
    void decayShrinksMatricesAndLeavesNorms() {
        TrainingBatch batch = batch(Model.UNTIED, 1, 2, 12);
        AdamW onlyDecay = new AdamW(0.9f, 0.98f, 1e6f, 0.5f, 1);
        try (TransformerTrainer trainer = TransformerTrainer.fresh(Model.UNTIED.config, 13)) {
            float[] embedding = trainer.tensors()[0].toFloatArray();
            float[] norm = trainer.tensors()[1].toFloatArray();

            trainer.step(trainer.gradients(batch, ALL), 0.1f, onlyDecay);

            assertThat(trainer.tensors()[0].toFloatArray()[0]).isCloseTo(embedding[0] * 0.95f, within(1e-6f));
            assertThat(trainer.tensors()[1].toFloatArray()[0]).isCloseTo(norm[0], within(1e-6f));
        }
    }

    @Test
    void muonStepsTheMatricesOfBlocksByOrthogonalOnesAndLeavesTheRestToAdamW() {
        TrainingBatch batch = batch(Model.TIED_WITH_TOKEN_TYPES, 2, 4, 16);
        AdamW without = new AdamW(0.9f, 0.98f, 1e-8f, 0, 1);
        AdamW with = new AdamW(0.9f, 0.98f, 1e-8f, 0, 1, 0.95f);
        float rate = 0.01f;
        try (TransformerTrainer one = TransformerTrainer.fresh(Model.TIED_WITH_TOKEN_TYPES.config, 17);
                TransformerTrainer other = TransformerTrainer.fresh(Model.TIED_WITH_TOKEN_TYPES.config, 17)) {
            float[] output = one.tensors()[9].toFloatArray();
            one.step(one.gradients(batch, ALL), rate, with);
            other.step(other.gradients(batch, ALL), rate, without);

            for (int vectorOrEmbedding : new int[] {0, 1, 3, 4}) {
                assertThat(one.tensors()[vectorOrEmbedding].toFloatArray())
                        .isEqualTo(other.tensors()[vectorOrEmbedding].toFloatArray());
            }
            // The output projection is 16 x 16: every singular value of its step is near rate x 0.2 x sqrt(16).
            float[] after = one.tensors()[9].toFloatArray();
            double[][] step = new double[16][16];
            for (int i = 0; i < 256; i++) {
                step[i / 16][i % 16] = (after[i] - output[i]) / (rate * 0.2 * 4);
            }
            for (int row = 0; row < 16; row++) {
                double[] values = step[row];
                assertThat(Math.sqrt(Arrays.stream(values).map(v -> v * v).sum()))
                        .isBetween(0.5, 1.3);
            }
        }
    }

    @Test
    void aRestoredStateContinuesMuonsCurve() {
        TrainingBatch batch = batch(Model.UNTIED, 2, 3, 9);
        AdamW muon = new AdamW(0.9f, 0.98f, 1e-8f, 0.05f, 1, 0.95f);
        Path file = directory.resolve("state.bin");
        try (TransformerTrainer trainer = TransformerTrainer.fresh(Model.UNTIED.config, 3);
                TransformerTrainer other = TransformerTrainer.fresh(Model.UNTIED.config, 4)) {
            for (int step = 0; step < 5; step++) {
                trainer.step(trainer.gradients(batch, ALL), 3e-3f, muon);
            }
            trainer.saveState(file);
            other.restore(file);
            for (int step = 0; step < 5; step++) {
                trainer.step(trainer.gradients(batch, ALL), 3e-3f, muon);
                other.step(other.gradients(batch, ALL), 3e-3f, muon);
                assertThat(loss(other, batch)).isEqualTo(loss(trainer, batch));
            }
        }
    }

    @Test
    void paddingDoesNotCount() {
        TrainingBatch batch = batch(Model.TIED_WITH_TOKEN_TYPES, 1, 3, 14);
        TrainingBatch otherPadding = withPadding(batch, 39);
        try (TransformerTrainer trainer = TransformerTrainer.fresh(Model.TIED_WITH_TOKEN_TYPES.config, 15)) {
            assertThat(loss(trainer, otherPadding)).isEqualTo(loss(trainer, batch));
        }
    }

    @Test
    void whatDoesNotFitTheModelIsRefusedByRow() {
        TrainingBatch batch = batch(Model.TIED_WITH_TOKEN_TYPES, 1, 2, 16);
        batch.tokenIds()[1][0] = VOCABULARY;
        try (TransformerTrainer trainer = TransformerTrainer.fresh(Model.TIED_WITH_TOKEN_TYPES.config, 17)) {
            assertThatThrownBy(() -> trainer.gradients(batch, ALL))
                    .hasMessage("training batch row 1: token id 40 is outside the vocabulary of 40");
        }
    }

    private static double step(TransformerTrainer trainer, List<TrainingBatch> batches) {
        List<Gradients> gradients = new ArrayList<>();
        double sum = 0;
        for (TrainingBatch batch : batches) {
            Gradients each = trainer.gradients(batch, ALL);
            sum += each.nextTokenLoss() + each.labelLoss() + each.listwiseLoss();
            gradients.add(each);
        }
        trainer.step(sum(trainer, gradients), 1e-3f, ADAM_W);
        return sum / batches.size();
    }

    private static Gradients sum(TransformerTrainer trainer, List<Gradients> gradients) {
        return gradients.stream().reduce(trainer::add).orElseThrow();
    }

    private static double loss(TransformerTrainer trainer, TrainingBatch batch) {
        return loss(trainer, batch, ALL);
    }

    private static double loss(TransformerTrainer trainer, TrainingBatch batch, LossWeights weights) {
        try (Gradients gradients = trainer.gradients(batch, weights)) {
            return weights.nextToken() * gradients.nextTokenLoss()
                    + weights.label() * gradients.labelLoss()
                    + weights.listwise() * gradients.listwiseLoss();
        }
    }

    private static float[] gradient(Gradients gradients, int tensor) {
        return ((NativeGradients) gradients).arrays().get(tensor).toFloatArray();
    }

    /** A trainer some steps on, since at first half of an adapter is 0 and so is the other half's gradient. */
    private static TransformerTrainer warmed(Model model, TrainerSetup setup) {
        TransformerTrainer trainer = TransformerTrainer.fresh(model.config, setup, 5);
        if (setup.adapter() != null) {
            for (int step = 0; step < 20; step++) {
                step(trainer, List.of(batch(model, 2, 3, 30 + step)));
            }
        }
        return trainer;
    }

    private static float[] moved(float[] from, float[] direction, double by) {
        float[] moved = from.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) (by * direction[i]);
        }
        return moved;
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private static int targets(TrainingBatch batch) {
        int n = 0;
        for (float[] row : batch.targetWeights()) {
            for (float weight : row) {
                n += weight > 0 ? 1 : 0;
            }
        }
        return n;
    }

    /** Groups of random rows: 3 to 7 tokens of prompt, a label position at its end, 3 target tokens. */
    private static TrainingBatch batch(Model model, int groups, int groupSize, long seed) {
        var random = new Random(seed);
        int rows = groups * groupSize;
        int[][] ids = new int[rows][12];
        int[][] types = new int[rows][12];
        float[][] weights = new float[rows][12];
        int[] lengths = new int[rows];
        int[] positions = new int[rows];
        int[] labels = new int[rows];
        boolean[] listwise = new boolean[rows];
        for (int row = 0; row < rows; row++) {
            int prompt = 3 + random.nextInt(5);
            lengths[row] = prompt + 4;
            positions[row] = prompt - 1;
            labels[row] = row % groupSize == 0 ? 2 : random.nextInt(2);
            listwise[row] = true;
            for (int t = 0; t < lengths[row]; t++) {
                ids[row][t] = random.nextInt(VOCABULARY);
                types[row][t] = random.nextInt(Math.max(1, model.config.tokenTypes()));
                weights[row][t] = t >= prompt && t < prompt + 3 ? 1 : 0;
            }
        }
        return new TrainingBatch(
                ids, types, lengths, weights, positions, labels, listwise, groupSize, new int[] {1, 2, 3});
    }

    private static TrainingBatch joined(List<TrainingBatch> batches) {
        return new TrainingBatch(
                batches.stream()
                        .flatMap(b -> java.util.Arrays.stream(b.tokenIds()))
                        .toArray(int[][]::new),
                batches.stream()
                        .flatMap(b -> java.util.Arrays.stream(b.tokenTypes()))
                        .toArray(int[][]::new),
                batches.stream()
                        .flatMapToInt(b -> java.util.Arrays.stream(b.lengths()))
                        .toArray(),
                batches.stream()
                        .flatMap(b -> java.util.Arrays.stream(b.targetWeights()))
                        .toArray(float[][]::new),
                batches.stream()
                        .flatMapToInt(b -> java.util.Arrays.stream(b.labelPositions()))
                        .toArray(),
                batches.stream()
                        .flatMapToInt(b -> java.util.Arrays.stream(b.labels()))
                        .toArray(),
                allTrue(batches.stream().mapToInt(b -> b.labels().length).sum()),
                batches.get(0).groupSize(),
                batches.get(0).labelTokens());
    }

    private static boolean[] allTrue(int size) {
        boolean[] all = new boolean[size];
        java.util.Arrays.fill(all, true);
        return all;
    }

    private static TrainingBatch withPadding(TrainingBatch batch, int padding) {
        int[][] ids = new int[batch.tokenIds().length][];
        for (int row = 0; row < ids.length; row++) {
            ids[row] = batch.tokenIds()[row].clone();
            java.util.Arrays.fill(ids[row], batch.lengths()[row], ids[row].length, padding);
        }
        return new TrainingBatch(
                ids,
                batch.tokenTypes(),
                batch.lengths(),
                batch.targetWeights(),
                batch.labelPositions(),
                batch.labels(),
                batch.listwise(),
                batch.groupSize(),
                batch.labelTokens());
    }
}
