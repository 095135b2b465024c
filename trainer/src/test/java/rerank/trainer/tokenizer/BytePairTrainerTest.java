package rerank.trainer.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.tokenizer.Tokenizer;

class BytePairTrainerTest {
    private static final List<String> SPECIAL = List.of("<|pad|>", "<|end|>");
    private static final String TEXT =
            "The lamp's 15-inch shade fits lamps of 40 to 60 W; cafés, naïve ﬁts and Ångström"
                    + " lamps fit too. 中文 and emoji 😀😀 occur twice 😀.  Two  spaces\n\nand lines.\n\nand lamps";

    @Test
    void findsTheMergesThatAHandFinds() {
        // "low" 5 times, "lower" 2, "newest" 6, "widest" 3, each without a space before it: es 9, then est 9, then lo 7
        // and ow 7, of which lo has the smaller left symbol; low 7; then ew 6, ne 6, we 6 (w est has 6 too) ...
        BytePairTrainer trainer = new BytePairTrainer(258 + 5, SPECIAL);
        trainer.add("low", 5).add("lower", 2).add("newest", 6).add("widest", 3);

        var vocabulary = trainer.train((done, wanted) -> {});

        assertThat(vocabulary.merges().stream().map(BytePairTrainerTest::print))
                .containsExactly("e s", "es t", "l o", "lo w", "e w");
        assertThat(vocabulary.size()).isEqualTo(263);
    }

    @Test
    void countsARunOfOneLetterWithoutOverlapOnceMerged() {
        // "aaaa" 3 times: a a has 9; the word becomes aa aa, whose pair has 3.
        var vocabulary = new BytePairTrainer(258 + 9, SPECIAL).add("aaaa", 3).train((done, wanted) -> {});

        assertThat(vocabulary.merges().stream().map(BytePairTrainerTest::print)).containsExactly("a a", "aa aa");
    }

    @Test
    void neverMergesAcrossWordsSignsOrMoreThanThreeDigits() {
        var vocabulary = new BytePairTrainer(600, SPECIAL)
                .add("size 42, size 42, size 42: (a) (a) (a) 30000 30000", 9)
                .train((done, wanted) -> {});

        assertThat(vocabulary.merges().stream().map(merge -> new String(merge.merged(), UTF_8)))
                .contains(" size", " 42", " (", " 300", "00")
                .doesNotContain("2,", "(a", "a)", " 3000", "000");
    }

    @Test
    void weighsTextsByTheirWeight() {
        // "xy" weighs 4 x 0.5, "pq" 3 x 1
        var vocabulary = new BytePairTrainer(258 + 2, SPECIAL)
                .add("xy xy xy xy", 0.25)
                .add("pq,pq,pq", 1)
                .add("xy,xy", 0.75)
                .train((done, wanted) -> {});

        assertThat(vocabulary.merges().stream().map(BytePairTrainerTest::print)).containsExactly("p q", "x y");
    }

    @Test
    void reportsProgressUpToTheNumberWanted() {
        List<String> reports = new ArrayList<>();

        new BytePairTrainer(258 + 3, SPECIAL).add(TEXT, 1).train((done, wanted) -> reports.add(done + "/" + wanted));

        assertThat(reports).containsExactly("1/3", "2/3", "3/3");
    }

    @Test
    void writesTheSameFileForTheSameTextsInAnyOrder(@TempDir Path first, @TempDir Path second) throws IOException {
        String[] texts = TEXT.split(" ", 0);
        BytePairTrainer forward = new BytePairTrainer(330, SPECIAL);
        BytePairTrainer backward = new BytePairTrainer(330, SPECIAL);
        for (int i = 0; i < texts.length; i++) {
            forward.add(texts[i], 1.1);
            backward.add(texts[texts.length - 1 - i], 1.1);
        }

        forward.train((done, wanted) -> {}).writeTo(first, Map.of("eos_token", "<|end|>"));
        backward.train((done, wanted) -> {}).writeTo(second, Map.of("eos_token", "<|end|>"));

        assertThat(Files.readString(first.resolve("tokenizer.json")))
                .isEqualTo(Files.readString(second.resolve("tokenizer.json")));
    }

    @Test
    void refusesAVocabularyTooSmallForTheBytes() {
        assertThatThrownBy(() -> new BytePairTrainer(257, SPECIAL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 258");
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void theTokenizerThatItWritesGivesTheNormalizedTextBack(long seed, @TempDir Path directory) {
        var vocabulary = new BytePairTrainer(400, SPECIAL).add(TEXT, 2).train((done, wanted) -> {});
        vocabulary.writeTo(directory, Map.of("eos_token", "<|end|>", "pad_token", "<|pad|>"));
        Random random = new Random(seed);
        try (Tokenizer tokenizer = Tokenizer.load(directory)) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(vocabulary.size());
            assertThat(tokenizer.endToken()).contains("<|end|>");
            assertThat(tokenizer.idOf("<|end|>")).hasValue(1);
            assertThat(tokenizer.encode("lamps").ids()).hasSizeLessThan(5);
            for (int i = 0; i < 200; i++) {
                String text = randomText(random);

                String decoded = tokenizer.decode(tokenizer.encode(text).ids(), false);

                assertThat(decoded).as("seed " + seed).isEqualTo(TextSplitter.normalize(text));
            }
        }
    }

    @Test
    void splitsAsTheLibraryDoes(@TempDir Path directory) {
        var vocabulary = new BytePairTrainer(1000, SPECIAL).add(TEXT, 2).train((done, wanted) -> {});
        vocabulary.writeTo(directory, Map.of());
        List<String> words = new ArrayList<>();
        TextSplitter.split(TEXT, words::add);
        assertThat(String.join("", words)).isEqualTo(TextSplitter.normalize(TEXT));
        try (Tokenizer tokenizer = Tokenizer.load(directory)) {
            // every word was seen twice and merged whole, so that tokens are words
            assertThat(tokenizer.encode(TEXT).ids()).hasSameSizeAs(words);
        }
    }

    private static String print(BytePairVocabulary.Merge merge) {
        return new String(merge.left(), UTF_8) + " " + new String(merge.right(), UTF_8);
    }

    private static String randomText(Random random) {
        String letters = "abclmps ÅéïÉß 0159½²ﬁ.,;-(<|>\n\t中文ñİΣς\u0301\u00A0\u2028";
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(40); i > 0; i--) {
            switch (random.nextInt(8)) {
                case 0 -> text.append("<|end|>");
                case 1 -> text.appendCodePoint(0x1F600 + random.nextInt(60));
                case 2 -> text.append(" lamps");
                default -> text.append(letters.charAt(random.nextInt(letters.length())));
            }
        }
        return text.toString();
    }
}
