package rerank.trainer.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.prompt.TokenTypes;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.NativeThreads;
import rerank.model.transformer.Precision;
import rerank.model.transformer.Trace;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.TransformerConfig;
import rerank.model.transformer.TransformerTrainer;
import rerank.model.weights.WeightMap;
import rerank.trainer.SharedData;
import rerank.trainer.tokenizer.BytePairTrainer;
import rerank.trainer.tokenizer.BytePairVocabulary;

class WarmStartTest {
    private static final TrainConfig.Shape SHAPE = new TrainConfig.Shape(16, 1, 2, 24, TokenTypes.MATCHES.rows(), 64);

    private static final TrainConfig.Shape TWO_BLOCKS =
            new TrainConfig.Shape(16, 2, 2, 24, TokenTypes.MATCHES.rows(), 64);

    @TempDir
    private Path directory;

    @BeforeAll
    static void oneNativeThread() {
        NativeThreads.set(1);
    }

    private Path old;
    private Path wanted;

    @BeforeEach
    void makeACheckpointAndAnotherTokenizer() {
        old = directory.resolve("old");
        wanted = directory.resolve("wanted");
        tokenizer("red lamp, red lamp", 280).writeTo(old, Map.of("eos_token", "<|end|>"));
        tokenizer("red lamps, red lamps, red lamps, big moths, big moths", 300)
                .writeTo(wanted, Map.of("eos_token", "<|end|>"));
        try (Tokenizer tokenizer = Tokenizer.load(old);
                TransformerTrainer trainer = TransformerTrainer.fresh(SHAPE.with(tokenizer.vocabularySize()), 3)) {
            trainer.save(old, false);
        }
    }

    @Test
    void isNeededForAnotherTokenizerOrMoreTokenTypes() {
        assertThat(WarmStart.isNeeded(old, old, TokenTypes.MATCHES, Growth.NONE))
                .isFalse();
        assertThat(WarmStart.isNeeded(old, old, TokenTypes.RELATIONS, Growth.NONE))
                .isTrue();
        assertThat(WarmStart.isNeeded(old, wanted, TokenTypes.MATCHES, Growth.NONE))
                .isTrue();
        assertThat(WarmStart.isNeeded(old, old, TokenTypes.MATCHES, blocks(1))).isFalse();
        assertThat(WarmStart.isNeeded(old, old, TokenTypes.MATCHES, blocks(2))).isTrue();
    }

    @Test
    void whatBothKnowIsComputedAlike() {
        carry(TokenTypes.RELATIONS);

        int[] nearest = TokenTypes.RELATIONS.nearest(TokenTypes.MATCHES);
        int[] types = {0, 13, 17, 22, 28, 31};
        int[] coarse = Arrays.stream(types).map(type -> nearest[type]).toArray();
        float[][] before = hidden(old, "q red w", coarse);
        float[][] after = hidden(directory.resolve("new"), "q red w", types);
        assertThat(after).hasSameDimensionsAs(before);
        for (int t = 0; t < before.length; t++) {
            assertThat(after[t]).containsExactly(before[t], within(1e-5f));
        }
    }

    @Test
    void anUnknownTokenBeginsAsTheMeanOfItsPieces() {
        carry(TokenTypes.MATCHES);

        // " moths" was six bytes before: the square of its norm is about a sixth of theirs.
        double piece = norm(old, " m", 1);
        double whole = norm(directory.resolve("new"), " moths", 0);
        assertThat(whole * Math.sqrt(6)).isCloseTo(piece, within(0.5 * piece));
    }

    @Test
    void addedBlocksStandAmongTheOldAndChangeNothing() {
        Path grown = directory.resolve("grown");
        try (Tokenizer tokenizer = Tokenizer.load(old);
                TransformerTrainer trainer = TransformerTrainer.fresh(TWO_BLOCKS.with(tokenizer.vocabularySize()), 3)) {
            trainer.save(old, false);
        }
        WarmStart.carry(old, old, TokenTypes.MATCHES, blocks(3), grown);

        int[] types = {0, 1, 5, 7, 12, 15};
        Trace before = trace(old, "q red w", types);
        Trace after = trace(grown, "q red w", types);
        for (int t = 0; t < before.hidden()[0].length; t++) {
            float[] norms = before.norms()[0][t];
            assertThat(after.hidden()[0][t]).containsExactly(before.hidden()[0][t], within(1e-5f));
            // The second block is the one that adds nothing: embeddings, first, copy, then the final norm.
            assertThat(after.norms()[0][t])
                    .containsExactly(new float[] {norms[0], norms[1], norms[1], norms[2]}, within(1e-4f));
        }
    }

    /** As Qwen's are: no table of token types, and more rows of embeddings than its tokenizer has tokens. */
    @Test
    void aModelOfAnotherMakeGrowsAsItIs() {
        Path grown = directory.resolve("grown");
        var plain = new TrainConfig.Shape(16, 2, 2, 24, 0, 64);
        try (Tokenizer tokenizer = Tokenizer.load(old);
                TransformerTrainer trainer = TransformerTrainer.fresh(plain.with(tokenizer.vocabularySize() + 7), 3)) {
            trainer.save(old, false);
        }

        WarmStart.carry(old, old, TokenTypes.MATCHES, blocks(3), grown);

        Trace before = trace(old, "q red w", new int[6]);
        Trace after = trace(grown, "q red w", new int[6]);
        for (int t = 0; t < before.hidden()[0].length; t++) {
            assertThat(after.hidden()[0][t]).containsExactly(before.hidden()[0][t], within(1e-5f));
        }
    }

    @Test
    void blocksAreNotTakenAway() {
        try (Tokenizer tokenizer = Tokenizer.load(old);
                TransformerTrainer trainer = TransformerTrainer.fresh(TWO_BLOCKS.with(tokenizer.vocabularySize()), 3)) {
            trainer.save(old, false);
            assertThatThrownBy(
                            () -> WarmStart.carry(old, old, TokenTypes.MATCHES, blocks(1), directory.resolve("less")))
                    .hasMessageContaining("has 2 blocks; init.layers=1 would take some away");
        }
    }

    @Test
    void aWiderModelComputesTheSame() {
        Path wide = directory.resolve("wide");

        WarmStart.carry(old, old, TokenTypes.MATCHES, new Growth(2, 48), wide);

        int[] types = {0, 1, 5, 7, 12, 15};
        float[][] before = hidden(old, "q red w", types);
        float[][] after = hidden(wide, "q red w", types);
        for (int t = 0; t < before.length; t++) {
            assertThat(after[t]).hasSize(48);
            // Behind the last norm, whose weights are smaller for what a wider stream is divided by.
            assertThat(Arrays.copyOf(after[t], 16)).containsExactly(before[t], within(1e-5f));
            assertThat(Arrays.copyOfRange(after[t], 16, 48)).containsOnly(0);
        }
        TransformerConfig config = TransformerConfig.read(wide.resolve("config.json"));
        assertThat(config.hiddenSize()).isEqualTo(48);
        assertThat(config.heads()).isEqualTo(6);
        assertThat(config.headSize()).isEqualTo(8);
        assertThat(config.feedForwardSize()).isEqualTo(72);
        assertThat(config.layers()).isEqualTo(2);
    }

    /** Grouped heads, biases of attention (Qwen2) and norms of heads (Qwen3), and no word on how wide a head is. */
    @Tag("shared")
    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3"})
    void checkpointsOfOtherMakesComputeTheSameWhenTheyAreWider(String family) {
        Path golden = SharedData.golden(family).resolve("f32");
        Path wide = directory.resolve("wide");

        WarmStart.carry(golden, golden, TokenTypes.MATCHES, new Growth(0, 128), wide);

        int[] ids = {5, 17, 80, 211, 3, 42};
        float[][] before = trace(golden, ids, new int[6]).hidden()[0];
        float[][] after = trace(wide, ids, new int[6]).hidden()[0];
        for (int t = 0; t < before.length; t++) {
            assertThat(Arrays.copyOf(after[t], 64)).containsExactly(before[t], within(1e-4f));
            assertThat(Arrays.copyOfRange(after[t], 64, 128)).containsOnly(0);
        }
    }

    /** New heads and units would never learn if what they read and what they write were both zero. */
    @Test
    void whatIsNewReadsAndWritesNothingYet() {
        Path wide = directory.resolve("wide");
        WarmStart.carry(old, old, TokenTypes.MATCHES, new Growth(0, 32), wide);
        WeightMap weights = WeightMap.open(wide);
        assertThat(weights.require("model.layers.0.self_attn.q_proj.weight", "the test", 32, 32)
                        .read())
                .doesNotContain(0);
        assertThat(weights.require("model.layers.0.mlp.up_proj.weight", "the test", 48, 32)
                        .read())
                .doesNotContain(0);
        float[] down = weights.require("model.layers.0.mlp.down_proj.weight", "the test", 32, 48)
                .read();
        assertThat(Arrays.copyOf(down, 24)).doesNotContain(0);
        assertThat(Arrays.copyOfRange(down, 24, 48)).containsOnly(0);
    }

    @Test
    void aWidthThatIsNoMultipleIsRefused() {
        assertThatThrownBy(() ->
                        WarmStart.carry(old, old, TokenTypes.MATCHES, new Growth(0, 24), directory.resolve("wide")))
                .hasMessageContaining("is 16 wide; init.hidden.size=24 is no multiple of that");
    }

    private static Growth blocks(int layers) {
        return new Growth(layers, 0);
    }

    private void carry(TokenTypes types) {
        WarmStart.carry(old, wanted, types, Growth.NONE, directory.resolve("new"));
    }

    private float[][] hidden(Path checkpoint, String text, int[] types) {
        return trace(checkpoint, text, types).hidden()[0];
    }

    private double norm(Path checkpoint, String text, int at) {
        Trace trace = trace(checkpoint, text, new int[] {0, 0});
        return trace.norms()[0][at][0];
    }

    private Trace trace(Path checkpoint, String text, int[] types) {
        try (Tokenizer tokenizer = Tokenizer.load(checkpoint.endsWith("new") ? wanted : old)) {
            return trace(checkpoint, tokenizer.encode(text).ids(), types);
        }
    }

    private static Trace trace(Path checkpoint, int[] ids, int[] types) {
        try (Transformer transformer = Transformer.loadPlain(checkpoint, Precision.FLOAT32)) {
            boolean[] real = new boolean[ids.length];
            int[] positions = new int[ids.length];
            for (int t = 0; t < ids.length; t++) {
                real[t] = true;
                positions[t] = t;
            }
            return transformer.trace(
                    new int[][] {ids},
                    new int[][] {Arrays.copyOf(types, ids.length)},
                    new boolean[][] {real},
                    new int[][] {positions});
        }
    }

    private static BytePairVocabulary tokenizer(String text, int size) {
        return new BytePairTrainer(size, Training.SPECIAL_TOKENS).add(text, 5).train((done, wanted) -> {});
    }
}
