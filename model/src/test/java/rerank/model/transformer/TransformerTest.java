package rerank.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.transformer.Turn.Read;
import rerank.model.weights.CheckpointException;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;

class TransformerTest {
    private static final int[] EVERY_TOKEN =
            IntStream.range(0, TinyCheckpoint.VOCABULARY).toArray();
    private static final Reading READING = Reading.withLogProbs(EVERY_TOKEN);
    private static final int[] NO_TYPES = {};
    private static final long CACHE_BYTES = 1 << 20;

    @TempDir
    Path directory;

    private Transformer random(String family) {
        return Transformer.load(TinyCheckpoint.write(directory, TinyCheckpoint.config(family), 1, false));
    }

    private static int[][] typesOf(int[][] ids) {
        return Arrays.stream(ids).map(row -> new int[row.length]).toArray(int[][]::new);
    }

    private static float[][] logProbs(Transformer transformer, int[]... prompts) {
        return transformer.next(prompts, typesOf(prompts), EVERY_TOKEN).asked();
    }

    private static Slot slot(KeyValueCache cache, int positions) {
        return cache.allocate(KeyValueCache.Purpose.SEQUENCE, positions);
    }

    private static Turn turn(int[] ids, int from, int count, Slot slot, Read read) {
        return new Turn(ids, NO_TYPES, from, count, slot, null, read, 0, -1);
    }

    private static int[] joined(int[] first, int[] second) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }

    private static void assertClose(float[] actual, float[] expected, float tolerance) {
        assertThat(actual).usingComparatorWithPrecision(tolerance).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void givesEachPromptTheSameWhateverItIsBatchedWith(String family) {
        Random random = new Random(2);
        int[][] prompts = IntStream.of(1, 40, 7, 23)
                .mapToObj(length -> TinyCheckpoint.tokens(random, length))
                .toArray(int[][]::new);

        try (Transformer transformer = random(family)) {
            float[][] together = logProbs(transformer, prompts);

            for (int i = 0; i < prompts.length; i++) {
                assertClose(logProbs(transformer, prompts[i])[0], together[i], 1e-4f);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void continuesFromTheCacheAsIfItHadReadEverythingAtOnce(String family) {
        Random random = new Random(3);
        int[][] whole = {TinyCheckpoint.tokens(random, 20), TinyCheckpoint.tokens(random, 31)};

        try (Transformer transformer = random(family);
                KeyValueCache cache = transformer.newCache(CACHE_BYTES)) {
            Slot[] slots = {slot(cache, 20), slot(cache, 31)};
            transformer.step(
                    List.of(
                            turn(whole[0], 0, 15, slots[0], Read.NOTHING),
                            turn(whole[1], 0, 9, slots[1], Read.NOTHING)),
                    cache,
                    READING);
            StepResult last = transformer.step(
                    List.of(turn(whole[0], 15, 1, slots[0], Read.SCORE), turn(whole[1], 9, 17, slots[1], Read.SCORE)),
                    cache,
                    READING);
            for (int t = 0; t < 4; t++) {
                last = transformer.step(
                        List.of(
                                turn(whole[1], 26 + t, t == 3 ? 2 : 1, slots[1], Read.SCORE),
                                turn(whole[0], 16 + t, 1, slots[0], Read.SCORE)),
                        cache,
                        READING);
            }

            float[][] atOnce = logProbs(transformer, whole);
            assertClose(last.asked()[1], atOnce[0], 1e-4f);
            assertClose(last.asked()[0], atOnce[1], 1e-4f);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void continuesFromASharedPrefixAsIfItHadReadEverythingAtOnce(String family) {
        Random random = new Random(4);
        int[] shared = TinyCheckpoint.tokens(random, 21);
        int[][] whole = IntStream.of(1, 2, 9, 30)
                .mapToObj(own -> joined(shared, TinyCheckpoint.tokens(random, own)))
                .toArray(int[][]::new);

        try (Transformer transformer = random(family);
                KeyValueCache cache = transformer.newCache(CACHE_BYTES)) {
            Slot held = cache.allocate(KeyValueCache.Purpose.PREFIX, shared.length);
            transformer.step(List.of(turn(shared, 0, 21, held, Read.NOTHING)), cache, READING);
            Turn.Prefix prefix = new Turn.Prefix(held, shared.length);
            List<Turn> turns = new ArrayList<>();
            for (int[] ids : whole) {
                turns.add(new Turn(ids, NO_TYPES, 21, ids.length - 21, null, prefix, Read.SCORE, 0, -1));
            }
            // The same once more, in two parts, so that the second looks at the prefix, at its own cache and at itself.
            Slot own = slot(cache, 30);
            transformer.step(
                    List.of(new Turn(whole[3], NO_TYPES, 21, 12, own, prefix, Read.NOTHING, 0, -1)), cache, READING);
            turns.add(new Turn(whole[3], NO_TYPES, 33, 18, own, prefix, Read.SCORE, 0, -1));
            StepResult result = transformer.step(turns, cache, READING);

            float[][] atOnce = logProbs(transformer, whole);
            for (int i = 0; i < whole.length; i++) {
                assertClose(result.asked()[i], atOnce[i], 1e-4f);
            }
            assertClose(result.asked()[4], atOnce[3], 1e-4f);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void picksTheMostProbableTokenAndGivesItsLogProbability(String family) {
        Random random = new Random(5);
        int[][] prompts = {TinyCheckpoint.tokens(random, 3), TinyCheckpoint.tokens(random, 17)};

        try (Transformer transformer = random(family)) {
            StepResult next = transformer.next(prompts, typesOf(prompts), EVERY_TOKEN);

            for (int i = 0; i < prompts.length; i++) {
                float[] all = next.asked()[i];
                int best = IntStream.range(0, all.length)
                        .reduce((a, b) -> all[a] >= all[b] ? a : b)
                        .orElseThrow();
                assertThat(next.tokenIds()[i]).isEqualTo(best);
                assertThat(next.chosen()[i]).isCloseTo(all[best], within(1e-4f));
            }
        }
    }

    @Test
    void readsEachTurnAsItAsksToBeRead() {
        Random random = new Random(6);
        int[] sampled = TinyCheckpoint.tokens(random, 7);
        int[] scored = TinyCheckpoint.tokens(random, 12);
        int[] silent = TinyCheckpoint.tokens(random, 30);

        try (Transformer transformer = random("llama");
                KeyValueCache cache = transformer.newCache(CACHE_BYTES)) {
            StepResult result = transformer.step(
                    List.of(
                            Turn.alone(scored, NO_TYPES, Read.SCORE),
                            turn(silent, 0, 29, slot(cache, 40), Read.NOTHING),
                            Turn.alone(sampled, NO_TYPES, Read.SAMPLE)),
                    cache,
                    READING);

            assertClose(result.asked()[0], logProbs(transformer, scored)[0], 1e-4f);
            assertThat(result.asked()[1]).isEmpty();
            assertThat(result.asked()[2]).isEmpty();
            assertThat(result.tokenIds()[0]).isEqualTo(-1);
            assertThat(result.tokenIds()[1]).isEqualTo(-1);
            assertThat(result.tokenIds()[2])
                    .isEqualTo(transformer.next(new int[][] {sampled}, new int[1][7])
                            .tokenIds()[0]);
        }
    }

    @Test
    void givesLogitsThatDifferFromLogProbabilitiesByAConstant() {
        int[] prompt = TinyCheckpoint.tokens(new Random(7), 20);

        try (Transformer transformer = random("qwen3")) {
            float[] logits = transformer.step(
                            List.of(Turn.alone(prompt, NO_TYPES, Read.SCORE)), null, Reading.greedy(9, 4, 250))
                    .asked()[0];

            float[] logProbs = logProbs(transformer, prompt)[0];
            assertThat(logits[0] - logits[1]).isCloseTo(logProbs[9] - logProbs[4], within(1e-4f));
            assertThat(logits[0] - logits[2]).isCloseTo(logProbs[9] - logProbs[250], within(1e-4f));
        }
    }

    @Test
    void addsTheEmbeddingsOfTokenTypes() {
        int[][] ids = {TinyCheckpoint.tokens(new Random(5), 6)};

        try (Transformer transformer = random("llama")) {
            float[] plain = transformer.next(ids, new int[1][6], EVERY_TOKEN).asked()[0];
            float[] typed = transformer.next(ids, new int[][] {{0, 2, 1, 0, 0, 0}}, EVERY_TOKEN)
                    .asked()[0];

            assertThat(typed).isNotEqualTo(plain);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> transformer.next(ids, new int[][] {{0, 3, 0, 0, 0, 0}}))
                    .withMessage("token type 3 is not in [0, 3)");
        }
    }

    @ParameterizedTest
    @CsvSource({"1.0, 0.3", "0.5, 0.9", "2.0, 0.999", "0.05, 0.8"})
    void samplesTheNucleusInProportion(float temperature, float topP) {
        int samples = 2000;
        int[] prompt = TinyCheckpoint.tokens(new Random(6), 12);
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < samples; i++) {
            float uniform = (i + 0.5f) / samples;
            turns.add(new Turn(prompt, NO_TYPES, 0, prompt.length, null, null, Read.SAMPLE, uniform, -1));
        }

        try (Transformer transformer = random("qwen2")) {
            double[] expected = nucleus(logProbs(transformer, prompt)[0], temperature, topP);
            StepResult next = transformer.step(turns, null, new Reading(temperature, topP, true, new int[0], true));

            double[] frequencies = new double[TinyCheckpoint.VOCABULARY];
            Arrays.stream(next.tokenIds()).forEach(id -> frequencies[id] += 1.0 / samples);
            for (int id = 0; id < frequencies.length; id++) {
                assertThat(frequencies[id]).as("token %d", id).isCloseTo(expected[id], within(2.0 / samples));
            }
        }
    }

    @Test
    void choosesTheMostProbableOfTheTokensThatMayCome() {
        int[] prompt = TinyCheckpoint.tokens(new Random(6), 12);
        int[] some = {7, 3, 91, 200};
        try (Transformer transformer = random("qwen2")) {
            float[] logProbs = logProbs(transformer, prompt)[0];
            int best = Arrays.stream(some)
                    .boxed()
                    .max((a, b) -> Float.compare(logProbs[a], logProbs[b]))
                    .orElseThrow();
            int bestOfAll = IntStream.range(0, logProbs.length)
                    .boxed()
                    .max((a, b) -> Float.compare(logProbs[a], logProbs[b]))
                    .orElseThrow();
            assertThat(best).isNotEqualTo(bestOfAll);
            List<Turn> turns = List.of(
                    sampled(prompt, 0.5f, null), sampled(prompt, 0.5f, some), sampled(prompt, 0.5f, new int[] {5}));

            StepResult greedy = transformer.step(turns, null, Reading.greedy());
            assertThat(greedy.tokenIds()).containsExactly(bestOfAll, best, 5);
            assertThat(greedy.chosen()[1]).isFinite();

            for (float uniform = 0; uniform < 1; uniform += 0.05f) {
                StepResult drawn = transformer.step(
                        List.of(sampled(prompt, uniform, some)), null, new Reading(2, 0.9f, true, new int[0], true));
                assertThat(some).contains(drawn.tokenIds()[0]);
            }
        }
    }

    @Test
    void refusesATurnThatNothingMayFollow() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sampled(new int[] {1}, 0, new int[0]))
                .withMessageContaining("at least one is needed");
    }

    private static Turn sampled(int[] prompt, float uniform, int @Nullable [] allowed) {
        return new Turn(prompt, NO_TYPES, 0, prompt.length, null, null, Read.SAMPLE, uniform, -1, allowed);
    }

    /** The definition, in double precision: the most probable tokens until their sum reaches topP. */
    private static double[] nucleus(float[] logProbs, float temperature, float topP) {
        double[] p = new double[logProbs.length];
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp(logProbs[i] / temperature);
        }
        double all = Arrays.stream(p).sum();
        int[] order = IntStream.range(0, p.length)
                .boxed()
                .sorted((a, b) -> Double.compare(p[b], p[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] kept = new double[p.length];
        double mass = 0;
        for (int i = 0; i < order.length && mass < topP; i++) {
            kept[order[i]] = p[order[i]] / all;
            mass += kept[order[i]];
        }
        for (int i = 0; i < kept.length; i++) {
            kept[i] /= mass;
        }
        return kept;
    }

    @Test
    void readsWeightsThatAreNotAligned() throws IOException {
        int[] prompt = TinyCheckpoint.tokens(new Random(7), 10);
        float[] expected;
        try (Transformer transformer = random("llama")) {
            expected = logProbs(transformer, prompt)[0];
        }

        addABlankToTheHeader(directory.resolve("model.safetensors"));

        try (Transformer transformer = Transformer.load(directory)) {
            assertClose(logProbs(transformer, prompt)[0], expected, 1e-4f);
        }
    }

    private static void addABlankToTheHeader(Path file) throws IOException {
        ByteBuffer old = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) old.getLong(0);
        ByteBuffer shifted = ByteBuffer.allocate(old.capacity() + 1).order(ByteOrder.LITTLE_ENDIAN);
        shifted.putLong(header + 1L).put(old.array(), 8, header).put((byte) ' ');
        shifted.put(old.array(), 8 + header, old.capacity() - 8 - header);
        Files.write(file, shifted.array());
    }

    @ParameterizedTest
    @CsvSource({"qwen2, false", "qwen3, true", "llama, false", "llama, true"})
    void writesTheWeightsThatItRead(String family, boolean bf16) throws IOException {
        TransformerConfig config = TinyCheckpoint.config(family);
        TinyCheckpoint.write(directory, config, 12, bf16);
        Path copy = directory.resolve("copy.safetensors");

        try (PtNDManager manager = Program.newManager();
                Weights weights = Weights.load(directory, config, Precision.FLOAT32, manager)) {
            Weights.write(copy, config, weights.tensors(), bf16);
        }

        assertThat(copy).hasSameBinaryContentAs(directory.resolve("model.safetensors"));
    }

    @Test
    void keepsItsWeightsWhenTheFileIsReplaced() {
        TransformerConfig config = TinyCheckpoint.config("qwen2");
        int[] prompt = TinyCheckpoint.tokens(new Random(9), 10);

        try (Transformer transformer = Transformer.load(TinyCheckpoint.write(directory, config, 1, false))) {
            float[] before = logProbs(transformer, prompt)[0];
            TinyCheckpoint.write(directory, config, 2, false);

            assertThat(logProbs(transformer, prompt)[0]).isEqualTo(before);
        }
    }

    @Test
    void answersSeveralThreadsAtOnceAsOneAfterAnother() throws Exception {
        Random random = new Random(10);
        int[][] prompts = IntStream.range(0, 40)
                .mapToObj(i -> TinyCheckpoint.tokens(random, 20))
                .toArray(int[][]::new);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Transformer transformer = random("llama")) {
            List<float[]> expected = new ArrayList<>();
            List<Future<float[]>> actual = new ArrayList<>();
            for (int[] prompt : prompts) {
                expected.add(logProbs(transformer, prompt)[0]);
            }
            for (int[] prompt : prompts) {
                actual.add(threads.submit(() -> logProbs(transformer, prompt)[0]));
            }
            for (int i = 0; i < prompts.length; i++) {
                assertThat(actual.get(i).get()).isEqualTo(expected.get(i));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void saysWhichTensorOfACheckpointIsMissing() {
        TransformerConfig config = TinyCheckpoint.config("qwen2");
        TinyCheckpoint.write(directory, config, 1, false);
        List<SafeTensorsWriter.Tensor> tensors = new ArrayList<>(TinyCheckpoint.tensors(config, 1));
        tensors.removeIf(tensor -> tensor.name().equals("model.layers.1.self_attn.k_proj.bias"));
        SafeTensorsWriter.write(directory.resolve("model.safetensors"), tensors, ElementType.F32);

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Transformer.load(directory))
                .withMessageContaining("tensor model.layers.1.self_attn.k_proj.bias is missing")
                .withMessageContaining("expected shape (16) from num_key_value_heads=2, head_dim=8");
    }

    @Test
    void saysWhichTensorHasAnotherShapeThanTheConfig() {
        TinyCheckpoint.write(directory, TinyCheckpoint.config("qwen2"), 1, false);
        ConfigFile.write(TinyCheckpoint.config("qwen3"), directory.resolve("config.json"), false);
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Transformer.load(directory))
                .withMessageContaining("tensor lm_head.weight is missing")
                .withMessageContaining("tie_word_embeddings=false");
    }

    @Test
    void refusesIdsOutsideTheVocabulary() {
        try (Transformer transformer = random("qwen2")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> logProbs(transformer, new int[] {1, TinyCheckpoint.VOCABULARY}))
                    .withMessage("token id 300 is not in [0, 300)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> logProbs(transformer, new int[] {1}, new int[0]))
                    .withMessageContaining("a sequence is empty");
        }
    }
}
