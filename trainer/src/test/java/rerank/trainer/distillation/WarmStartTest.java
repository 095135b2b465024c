package rerank.trainer.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.prompt.TokenTypes;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.NativeThreads;
import rerank.model.transformer.Precision;
import rerank.model.transformer.Trace;
import rerank.model.transformer.Transformer;
import rerank.model.transformer.TransformerTrainer;
import rerank.trainer.tokenizer.BytePairTrainer;
import rerank.trainer.tokenizer.BytePairVocabulary;

class WarmStartTest {
    private static final TrainConfig.Shape SHAPE = new TrainConfig.Shape(16, 1, 2, 24, TokenTypes.MATCHES.rows(), 64);

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
        assertThat(WarmStart.isNeeded(old, old, TokenTypes.MATCHES)).isFalse();
        assertThat(WarmStart.isNeeded(old, old, TokenTypes.RELATIONS)).isTrue();
        assertThat(WarmStart.isNeeded(old, wanted, TokenTypes.MATCHES)).isTrue();
    }

    @Test
    void whatBothKnowIsComputedAlike() {
        carry(TokenTypes.RELATIONS);

        int[] nearest = TokenTypes.RELATIONS.nearest(TokenTypes.MATCHES);
        int[] types = {0, 13, 17, 22, 28, 31};
        int[] coarse = java.util.Arrays.stream(types).map(type -> nearest[type]).toArray();
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

    private void carry(TokenTypes types) {
        try (Tokenizer tokenizer = Tokenizer.load(wanted)) {
            WarmStart.carry(old, tokenizer, types, directory.resolve("new"));
        }
    }

    private float[][] hidden(Path checkpoint, String text, int[] types) {
        return trace(checkpoint, text, types).hidden()[0];
    }

    private double norm(Path checkpoint, String text, int at) {
        Trace trace = trace(checkpoint, text, new int[] {0, 0});
        return trace.norms()[0][at][0];
    }

    private Trace trace(Path checkpoint, String text, int[] types) {
        try (Tokenizer tokenizer = Tokenizer.load(checkpoint.equals(old) ? old : wanted);
                Transformer transformer = Transformer.loadPlain(checkpoint, Precision.FLOAT32)) {
            int[] ids = tokenizer.encode(text).ids();
            boolean[] real = new boolean[ids.length];
            int[] positions = new int[ids.length];
            for (int t = 0; t < ids.length; t++) {
                real[t] = true;
                positions[t] = t;
            }
            return transformer.trace(
                    new int[][] {ids},
                    new int[][] {java.util.Arrays.copyOf(types, ids.length)},
                    new boolean[][] {real},
                    new int[][] {positions});
        }
    }

    private static BytePairVocabulary tokenizer(String text, int size) {
        return new BytePairTrainer(size, Training.SPECIAL_TOKENS).add(text, 5).train((done, wanted) -> {});
    }
}
