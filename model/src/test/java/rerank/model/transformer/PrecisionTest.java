package rerank.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import rerank.model.ranking.LabelDistribution;

class PrecisionTest {
    @TempDir
    Path directory;

    /**
     * Scores of labels, in [0, 1], of random models that are far more sensitive than trained ones. Measured with these seeds:
     * bfloat16 differs by 0.017 at most, int8 by 0.051; a mistaken scale or sign moves scores by several tenths.
     */
    @ParameterizedTest
    @CsvSource({
        "qwen2, BFLOAT16, 0.03", "qwen3, BFLOAT16, 0.03", "llama, BFLOAT16, 0.03",
        "qwen2, INT8, 0.1", "qwen3, INT8, 0.1", "llama, INT8, 0.1",
    })
    void scoresCloseToFloat32(String family, Precision precision, double tolerance) {
        assumeTrue(Transformer.supports(precision), () -> "this CPU does not compute in " + precision.id());
        Path checkpoint = TinyCheckpoint.write(directory, TinyCheckpoint.config(family), 8, true);
        List<int[]> prompts = prompts();

        List<Double> expected = scores(checkpoint, Precision.FLOAT32, prompts);
        List<Double> actual = scores(checkpoint, precision, prompts);

        double worst = 0;
        for (int i = 0; i < expected.size(); i++) {
            worst = Math.max(worst, Math.abs(actual.get(i) - expected.get(i)));
        }
        assertThat(worst).isPositive().isLessThan(tolerance);
        assertThat(expected.stream().filter(score -> score > 0.5)).hasSizeBetween(3, prompts.size() - 3);
    }

    /** From a cache as well: keys and values are kept in the precision of the activations. */
    @ParameterizedTest
    @EnumSource
    void goesOnFromACacheAsFromTheWholePrompt(Precision precision) {
        assumeTrue(Transformer.supports(precision), () -> "this CPU does not compute in " + precision.id());
        Path checkpoint = TinyCheckpoint.write(directory, TinyCheckpoint.config("qwen3"), 9, true);
        int[] prompt = TinyCheckpoint.tokens(new Random(9), 40);
        try (Transformer transformer = Transformer.load(checkpoint, precision, Device.cpu());
                KeyValueCache cache = transformer.newCache(1 << 20)) {
            Reading reading = Reading.greedy(4, 5, 6);
            Slot slot = cache.allocate(KeyValueCache.Purpose.SEQUENCE, 40);
            transformer.step(
                    List.of(new Turn(prompt, new int[0], 0, 39, slot, null, Turn.Read.NOTHING, 0, -1)), cache, reading);
            float[] continued = transformer.step(
                            List.of(new Turn(prompt, new int[0], 39, 1, slot, null, Turn.Read.SCORE, 0, -1)),
                            cache,
                            reading)
                    .asked()[0];
            float[] whole = transformer.step(List.of(Turn.alone(prompt, new int[0], Turn.Read.SCORE)), null, reading)
                    .asked()[0];

            assertThat(labels(continued).score())
                    .isCloseTo(
                            labels(whole).score(),
                            org.assertj.core.api.Assertions.within(precision == Precision.FLOAT32 ? 1e-5 : 0.05));
        }
    }

    @Test
    void everyCpuComputesInFloat32AndBfloat16() {
        assertThat(Transformer.supports(Precision.FLOAT32)).isTrue();
        assertThat(Transformer.supports(Precision.BFLOAT16)).isTrue();
    }

    @Test
    void int8IsForCpusAlone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Device("cuda:0").kernel(Precision.INT8))
                .withMessage("precision int8 is of CPUs; use bfloat16 on cuda:0");
        assertThat(new Device("cuda:0").kernel(Precision.BFLOAT16)).isEqualTo(Kernel.PLAIN);
    }

    @ParameterizedTest
    @EnumSource
    void isReadBackFromItsName(Precision precision) {
        assertThat(Precision.of(" " + precision.id().toUpperCase(java.util.Locale.ROOT)))
                .isEqualTo(precision);
    }

    @Test
    void namesTheKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Precision.of("fp4"))
                .withMessage("unknown precision 'fp4'; use float32, bfloat16 or int8");
    }

    private static List<int[]> prompts() {
        Random random = new Random(8);
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            prompts.add(TinyCheckpoint.tokens(random, 1 + random.nextInt(60)));
        }
        return prompts;
    }

    private static List<Double> scores(Path checkpoint, Precision precision, List<int[]> prompts) {
        List<Turn> turns = prompts.stream()
                .map(prompt -> Turn.alone(prompt, new int[0], Turn.Read.SCORE))
                .toList();
        List<Double> scores = new ArrayList<>();
        try (Transformer transformer = Transformer.load(checkpoint, precision, Device.cpu())) {
            for (float[] logits :
                    transformer.step(turns, null, Reading.greedy(10, 20, 30)).asked()) {
                scores.add(labels(logits).score());
            }
        }
        return scores;
    }

    private static LabelDistribution labels(float[] logits) {
        return LabelDistribution.ofLogits(logits[0], logits[1], logits[2]);
    }
}
