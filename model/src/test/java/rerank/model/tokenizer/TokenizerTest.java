package rerank.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.weights.CheckpointException;

class TokenizerTest {
    @TempDir
    private Path directory;

    private Tokenizer tokenizer;

    @BeforeEach
    void load() {
        tokenizer = Tokenizer.load(new TinyTokenizer()
                .merge("a", "b")
                .special(List.of("<|end|>", "<think>"))
                .config("eos_token", "<|end|>")
                .writeTo(directory));
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void namesAndCountsItsTokens() {
        assertThat(tokenizer.idOf("ab")).hasValue(256);
        assertThat(tokenizer.idOf("<|end|>")).hasValue(257);
        assertThat(tokenizer.idOf("<think>")).hasValue(258);
        assertThat(tokenizer.idOf("absent")).isEmpty();
        assertThat(tokenizer.vocabularySize()).isEqualTo(259);
        assertThat(tokenizer.endToken()).contains("<|end|>");
        assertThat(tokenizer.beginToken()).isEmpty();
    }

    @Test
    void encodesTextThatSpellsASpecialTokenAsPlainText() {
        var encoded = tokenizer.encode("ab<|end|>x<think>");

        assertThat(encoded.ids()).hasSize(1 + 7 + 1 + 7).doesNotContain(257, 258);
        assertThat(encoded.ids()[0]).isEqualTo(256);
        assertThat(tokenizer.decode(encoded.ids(), true)).isEqualTo("ab<|end|>x<think>");
    }

    @Test
    void readsSpecialTokensInTemplates() {
        assertThat(tokenizer.encodeWithSpecials("ab<|end|><think>")).containsExactly(256, 257, 258);
    }

    @Test
    void skipsSpecialTokensWhenDecodingOnRequest() {
        int[] ids = {256, 257};

        assertThat(tokenizer.decode(ids, true)).isEqualTo("ab");
        assertThat(tokenizer.decode(ids, false)).isEqualTo("ab<|end|>");
    }

    @Test
    void countsOffsetsInUtf16Units() {
        String text = "ab\uD83D\uDE00b e\u0301<|end|>";

        var encoded = tokenizer.encode(text);

        assertThat(encoded.ids()).hasSize(1 + 4 + 1 + 1 + 1 + 2 + 7);
        assertThat(encoded.starts()).startsWith(0, 2, 2, 2, 2, 4, 5, 6, 7, 7, 8, 9);
        assertThat(encoded.ends()).startsWith(2, 4, 4, 4, 4, 5, 6, 7, 8, 8, 9, 10);
        assertThat(encoded.ends()[encoded.ends().length - 1]).isEqualTo(text.length());
    }

    @Test
    void readsUnpairedSurrogatesAsReplacementCharacters() {
        var encoded = tokenizer.encode("a\uD83Db\uDE00");

        assertThat(tokenizer.decode(encoded.ids(), false)).isEqualTo("a\uFFFDb\uFFFD");
        assertThat(encoded.starts()).containsExactly(0, 1, 1, 1, 2, 3, 3, 3);
        assertThat(tokenizer.encodeWithSpecials("\uDE00<|end|>")).endsWith(257).hasSize(4);
    }

    @Test
    void encodesEmptyTextToNothing() {
        assertThat(tokenizer.encode("").ids()).isEmpty();
        assertThat(tokenizer.decode(new int[0], true)).isEmpty();
    }

    @Test
    void neitherTruncatesNorPadsWhateverTheFileSays(@TempDir Path other) {
        Path truncating = new TinyTokenizer()
                .with(
                        "truncation",
                        "{\"direction\":\"Right\",\"max_length\":4,\"strategy\":\"LongestFirst\",\"stride\":0}")
                .with(
                        "padding",
                        "{\"strategy\":{\"Fixed\":9},\"direction\":\"Right\",\"pad_to_multiple_of\":null,"
                                + "\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"!\"}")
                .writeTo(other);
        try (var tokenizer = Tokenizer.load(truncating)) {
            assertThat(tokenizer.encode("xyzxyz").ids()).hasSize(6);
            assertThat(tokenizer.encodeWithSpecials("xy")).hasSize(2);
        }
    }

    @Test
    void saysWhatIsMissing(@TempDir Path empty) {
        assertThatThrownBy(() -> Tokenizer.load(empty))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("has no tokenizer.json");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void decodingWhatWasEncodedGivesTheTextBack(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            String text = randomText(random);

            var encoded = tokenizer.encode(text);

            assertThat(tokenizer.decode(encoded.ids(), false))
                    .as("seed " + seed)
                    .isEqualTo(WellFormed.of(text));
            assertThat(encoded.ids())
                    .hasSizeLessThanOrEqualTo(WellFormed.of(text).getBytes(StandardCharsets.UTF_8).length);
            for (int t = 0; t < encoded.ids().length; t++) {
                assertThat(encoded.starts()[t]).isBetween(0, encoded.ends()[t] - 1);
                assertThat(encoded.ends()[t]).isLessThanOrEqualTo(text.length());
            }
        }
    }

    /** Letters, spaces, special tokens, any UTF-16 unit (surrogates without partner too) and emoji. */
    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            switch (random.nextInt(6)) {
                case 0 -> text.append(' ');
                case 1 -> text.append((char) random.nextInt(0x10000));
                case 2 -> text.appendCodePoint(0x1F600 + random.nextInt(60));
                case 3 -> text.append("<|end|>");
                default -> text.append((char) ('a' + random.nextInt(4)));
            }
        }
        return text.toString();
    }
}
