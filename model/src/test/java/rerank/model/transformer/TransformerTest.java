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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.weights.CheckpointException;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;

class TransformerTest {
    private static final int[] EVERY_TOKEN =
            IntStream.range(0, TinyCheckpoint.VOCABULARY).toArray();

    @TempDir
    Path directory;

    private Transformer random(String family) {
        return Transformer.load(TinyCheckpoint.write(directory, TinyCheckpoint.config(family), 1, false));
    }

    private static int[][] typesOf(int[][] ids) {
        return Arrays.stream(ids).map(row -> new int[row.length]).toArray(int[][]::new);
    }

    private static float[][] logProbs(Transformer transformer, int[]... prompts) {
        return transformer
                .next(prompts, typesOf(prompts), NextTokenRequest.greedy(prompts.length, EVERY_TOKEN))
                .asked();
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
        int[][] prompts = {Arrays.copyOf(whole[0], 15), Arrays.copyOf(whole[1], 26)};

        try (Transformer transformer = random(family);
                KeyValueCache cache = transformer.newCache(2, 32)) {
            NextTokenRequest request = NextTokenRequest.greedy(2, EVERY_TOKEN);
            NextTokens next = transformer.prefill(prompts, typesOf(prompts), cache, 0, request);
            for (int t = 0; t < 5; t++) {
                int[] fed = {whole[0][15 + t], whole[1][26 + t]};
                next = transformer.decode(fed, new int[2], new int[] {15 + t, 26 + t}, cache, request);
            }

            float[][] atOnce = logProbs(transformer, whole);
            assertClose(next.asked()[0], atOnce[0], 1e-4f);
            assertClose(next.asked()[1], atOnce[1], 1e-4f);
        }
    }

    @Test
    void keepsChosenRowsOfACacheAndGivesThemRoom() {
        Random random = new Random(4);
        int[][] prompts = {
            TinyCheckpoint.tokens(random, 9), TinyCheckpoint.tokens(random, 5), TinyCheckpoint.tokens(random, 7)
        };

        try (Transformer transformer = random("llama");
                KeyValueCache cache = transformer.newCache(3, 9)) {
            transformer.prefill(prompts, typesOf(prompts), cache, 0, NextTokenRequest.greedy(3));
            cache.keep(new int[] {2, 0}, 9, 10);
            NextTokens next = transformer.decode(
                    new int[] {17, 18}, new int[2], new int[] {7, 9}, cache, NextTokenRequest.greedy(2, EVERY_TOKEN));

            int[] third = Arrays.copyOf(prompts[2], 8);
            third[7] = 17;
            int[] first = Arrays.copyOf(prompts[0], 10);
            first[9] = 18;
            float[][] expected = logProbs(transformer, third, first);
            assertClose(next.asked()[0], expected[0], 1e-4f);
            assertClose(next.asked()[1], expected[1], 1e-4f);
        }
    }

    @Test
    void addsTheEmbeddingsOfTokenTypes() {
        int[][] ids = {TinyCheckpoint.tokens(new Random(5), 6)};

        try (Transformer transformer = random("llama")) {
            NextTokenRequest request = NextTokenRequest.greedy(1, EVERY_TOKEN);
            float[] plain = transformer.next(ids, new int[1][6], request).asked()[0];
            float[] typed = transformer.next(ids, new int[][] {{0, 2, 1, 0, 0, 0}}, request)
                    .asked()[0];

            assertThat(typed).isNotEqualTo(plain);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> transformer.next(ids, new int[][] {{0, 3, 0, 0, 0, 0}}, request))
                    .withMessage("token type 3 of row 0 is not in [0, 3)");
        }
    }

    @ParameterizedTest
    @CsvSource({"1.0, 0.3", "0.5, 0.9", "2.0, 0.999", "0.05, 0.8"})
    void samplesTheNucleusInProportion(float temperature, float topP) {
        int samples = 2000;
        int[] prompt = TinyCheckpoint.tokens(new Random(6), 12);
        int[][] prompts = IntStream.range(0, samples).mapToObj(i -> prompt).toArray(int[][]::new);
        float[] uniforms = new float[samples];
        for (int i = 0; i < samples; i++) {
            uniforms[i] = (i + 0.5f) / samples;
        }

        try (Transformer transformer = random("qwen2")) {
            double[] expected = nucleus(logProbs(transformer, prompt)[0], temperature, topP);
            NextTokens next = transformer.next(
                    prompts, typesOf(prompts), new NextTokenRequest(temperature, topP, uniforms, new int[0]));

            double[] frequencies = new double[TinyCheckpoint.VOCABULARY];
            Arrays.stream(next.ids()).forEach(id -> frequencies[id] += 1.0 / samples);
            for (int id = 0; id < frequencies.length; id++) {
                assertThat(frequencies[id]).as("token %d", id).isCloseTo(expected[id], within(2.0 / samples));
            }
        }
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
    void computesInBfloat16CloseToFloat32() {
        Path checkpoint = TinyCheckpoint.write(directory, TinyCheckpoint.config("qwen3"), 8, true);
        int[] prompt = TinyCheckpoint.tokens(new Random(8), 30);

        try (Transformer wide = Transformer.load(checkpoint);
                Transformer narrow = Transformer.load(checkpoint, Precision.BFLOAT16)) {
            float[] expected = logProbs(wide, prompt)[0];
            float[] actual = logProbs(narrow, prompt)[0];

            assertThat(actual).isNotEqualTo(expected);
            assertClose(actual, expected, 0.5f);
        }
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
                    .withMessage("token id 300 of row 0 is not in [0, 300)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> logProbs(transformer, new int[] {1}, new int[0]))
                    .withMessageContaining("row 1 is empty");
        }
    }
}
