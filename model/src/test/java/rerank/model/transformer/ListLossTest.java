package rerank.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rerank.model.adapter.AdaptedModule;
import rerank.model.adapter.AdapterConfig;
import rerank.model.transformer.TransformerTrainer.AdamW;
import rerank.model.transformer.TransformerTrainer.ListGradients;
import rerank.model.transformer.TransformerTrainer.ListLossWeights;

/** Lists that users acted on: the losses are the formulas, the gradients are the losses'. */
class ListLossTest {
    private static final TransformerConfig CONFIG =
            new TransformerConfig("llama", 2, 16, 2, 2, 8, 24, 40, 64, 10_000, null, 1e-6, true, false, false, 4);
    private static final AdapterConfig ADAPTER =
            new AdapterConfig(3, 6, 0, false, EnumSet.allOf(AdaptedModule.class), "");
    private static final ListLossWeights ALL = new ListLossWeights(1, 0.7f, 0.4f);
    private static final int[][] LISTS = {{0, 1, 2}, {3, 4}, {5, 0}};
    private static final float[][] TARGETS = {{0.5f, 0, 0.2f}, {0, 1}, {0, 0.3f}};
    private static final float[][] OFFSETS = {{0.1f, 0, 0.3f}, {0, 0.2f}, {0, 0}};

    static Stream<TrainerSetup> setups() {
        return Stream.of(
                TrainerSetup.PLAIN,
                new TrainerSetup(Precision.FLOAT32, true, null),
                new TrainerSetup(Precision.FLOAT32, false, ADAPTER),
                new TrainerSetup(Precision.FLOAT32, true, ADAPTER));
    }

    /** Along a tensor's own gradient the loss changes by the gradient's norm. */
    @ParameterizedTest
    @MethodSource("setups")
    void gradientsAgreeWithFiniteDifferences(TrainerSetup setup) {
        ListBatch batch = batch(0.2f);
        float h = 5e-3f;
        try (TransformerTrainer trainer = warmed(setup)) {
            ListGradients found = trainer.gradients(batch, ALL, 0);
            List<NDArray> arrays = ((NativeGradients) found.gradients()).arrays();
            int at = 0;
            for (NDArray weight : trainer.trained()) {
                float[] gradient = arrays.get(at++).toFloatArray();
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
            }
            assertThat(at).isEqualTo(arrays.size()).isPositive();
            found.gradients().close();
        }
    }

    @Test
    void theListLossIsThatOfItsLogOddsAndMargins() {
        ListBatch batch = batch(0.2f);

        try (TransformerTrainer trainer = warmed(TrainerSetup.PLAIN)) {
            ListGradients found = trainer.gradients(batch, ALL, 0);
            found.gradients().close();

            float[][] logProbs = trainer.labelLogProbs(
                    batch.tokenIds(), batch.tokenTypes(), batch.labelPositions(), batch.labelTokens());
            double[] values = new double[6];
            for (int row = 0; row < 6; row++) {
                values[row] = 0.8 * Math.log(found.scores()[row] / (1 - found.scores()[row]))
                        + 0.1 * (logProbs[row][2] - logProbs[row][0]);
            }
            double expected = 0;
            for (int g = 0; g < LISTS.length; g++) {
                expected += listLoss(values, LISTS[g], TARGETS[g], OFFSETS[g], 0.2);
            }
            assertThat((double) found.list()).isCloseTo(expected, within(1e-4));
            assertThat(found.scores()).hasSize(6);
            for (float score : found.scores()) {
                assertThat(score).isBetween(0f, 1f);
            }
        }
    }

    @Test
    void aModelDoesNotDivergeFromItself() {
        try (TransformerTrainer trainer = warmed(TrainerSetup.PLAIN)) {
            ListBatch batch = batch(0.2f);
            float[][] own = trainer.labelLogProbs(
                    batch.tokenIds(), batch.tokenTypes(), batch.labelPositions(), batch.labelTokens());

            ListGradients found = trainer.gradients(batch(0.2f, own), new ListLossWeights(0, 0, 1), 0);

            assertThat((double) found.divergence()).isCloseTo(0, within(1e-5));
            double norm = 0;
            for (NDArray array : ((NativeGradients) found.gradients()).arrays()) {
                norm += norm(array.toFloatArray());
            }
            assertThat(norm).isCloseTo(0, within(1e-3));
            found.gradients().close();
        }
    }

    @Test
    void whatWasClickedRisesAboveWhatWasNot() {
        ListBatch batch = batch(0.2f);
        try (TransformerTrainer trainer = warmed(TrainerSetup.PLAIN)) {
            for (int step = 0; step < 30; step++) {
                trainer.step(
                        trainer.gradients(batch, new ListLossWeights(1, 0, 0), 0)
                                .gradients(),
                        5e-3f,
                        new AdamW(0.9f, 0.98f, 1e-8f, 0, 1));
            }

            ListGradients found = trainer.gradients(batch, ALL, 0);
            found.gradients().close();

            assertThat(found.scores()[4]).isGreaterThan(found.scores()[3] + 0.1f);
        }
    }

    @Test
    void listsOfRowsThatAreNotThereAreRefused() {
        assertThatThrownBy(() -> new ListBatch(
                        new int[1][3],
                        new int[1][3],
                        new int[1],
                        new float[1][3],
                        new float[1],
                        new int[1],
                        new float[1],
                        new int[][] {{1}},
                        new float[1][1],
                        new float[1][1],
                        1,
                        0,
                        1,
                        new int[] {1, 2, 3}))
                .hasMessageContaining("row 1 is outside the 1 rows");
    }

    private static double listLoss(double[] values, int[] list, float[] targets, float[] offsets, double temperature) {
        double[] logits = new double[list.length];
        double sum = 0;
        for (int k = 0; k < list.length; k++) {
            logits[k] = (values[list[k]] + offsets[k]) / temperature;
            sum += Math.exp(logits[k]);
        }
        double loss = 0;
        for (int k = 0; k < list.length; k++) {
            loss -= targets[k] * (logits[k] - Math.log(sum));
        }
        return loss;
    }

    private static double loss(TransformerTrainer trainer, ListBatch batch) {
        ListGradients found = trainer.gradients(batch, ALL, 0);
        found.gradients().close();
        return ALL.list() * found.list() + ALL.grade() * found.grade() + ALL.divergence() * found.divergence();
    }

    private static ListBatch batch(float temperature) {
        float uniform = (float) Math.log(1 / 3.0);
        float[][] reference = new float[6][3];
        Arrays.stream(reference).forEach(row -> Arrays.fill(row, uniform));
        return batch(temperature, reference);
    }

    private static ListBatch batch(float temperature, float[][] reference) {
        var random = new Random(5);
        int[][] ids = new int[6][];
        int[][] types = new int[6][];
        int[] positions = new int[6];
        float[] divergence = new float[6];
        for (int row = 0; row < 6; row++) {
            int length = 4 + random.nextInt(5);
            ids[row] = random.ints(length, 0, CONFIG.vocabularySize()).toArray();
            types[row] = random.ints(length, 0, 4).toArray();
            positions[row] = length - 1;
            divergence[row] = 0.3f + row;
        }
        return new ListBatch(
                ids,
                types,
                positions,
                reference,
                divergence,
                new int[] {0, 0, 2, 0, 1, 0},
                new float[] {0, 0, 1, 0, 0.5f, 0},
                LISTS,
                TARGETS,
                OFFSETS,
                0.8f,
                0.1f,
                temperature,
                new int[] {1, 2, 3});
    }

    /** A trainer whose weights are no longer small, so that every path matters. */
    private static TransformerTrainer warmed(TrainerSetup setup) {
        TransformerTrainer trainer = TransformerTrainer.fresh(CONFIG, setup, 3);
        var random = new Random(9);
        for (NDArray weight : trainer.trained()) {
            float[] values = weight.toFloatArray();
            for (int i = 0; i < values.length; i++) {
                values[i] += (float) (0.15 * random.nextGaussian());
            }
            weight.set(values);
        }
        return trainer;
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private static float[] moved(float[] from, float[] direction, double by) {
        float[] moved = from.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) (by * direction[i]);
        }
        return moved;
    }
}
