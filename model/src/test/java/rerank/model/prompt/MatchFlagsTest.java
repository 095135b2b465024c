package rerank.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Pair;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.TinyTokenizer;
import rerank.model.tokenizer.Tokenizer;

class MatchFlagsTest {
    private static final List<String> COMPACT = List.of(
            "<|instruction|>",
            "<|query|>",
            "<|title|>",
            "<|text|>",
            "<|label|>",
            "<|explain|>",
            "<|end|>",
            "<|0|>",
            "<|1|>",
            "<|2|>");

    @TempDir
    private Path directory;

    /** The golden case: whole text, tokens and types; a change here is a change of what checkpoints were trained on. */
    @Test
    void marksEveryTokenOfAWordThatMatches() {
        Query query = new Query("q", "What bags fit a 15-inch laptop, not 5?", "Leather bags.");
        Candidate candidate =
                new Candidate("d", "Laptop bag", "It fits 15 or 155 inches. C\u00E1fe 1,000 bagged", 0, 1);

        assertThat(tokensAndTypes(query, candidate))
                .isEqualTo("<|instruction|>:0 \u00B7Le:0 at:0 her:0 \u00B7b:0 ag:0 s:0 .:0"
                        + " <|query|>:0 \u00B7W:4 h:4 at:4 \u00B7b:7 ag:7 s:7 \u00B7f:6 it:6 \u00B7a:4 \u00B7:4 1:6 5:6 -:4"
                        + " i:6 n:6 c:6 h:6 \u00B7l:7 a:7 p:7 to:7 p:7 ,:4 \u00B7n:4 o:4 t:4 \u00B7:4 5:5 ?:4"
                        + " <|title|>:0 \u00B7L:10 a:10 p:10 to:10 p:10 \u00B7b:10 ag:10"
                        + " <|text|>:0 \u00B7I:12 t:12 \u00B7f:14 it:14 s:14 \u00B7:12 1:14 5:14 \u00B7o:12 r:12 \u00B7:12"
                        + " 1:13 5:13 5:13 \u00B7i:14 n:14 c:14 he:14 s:14 .:12"
                        + " \u00B7C:13 \u00E1:13 \u00E1:13 f:13 e:13 \u00B7:12 1:13 ,:13 0:13 0:13 0:13"
                        + " \u00B7b:14 ag:14 g:14 e:14 d:14 <|label|>:0");
    }

    @ParameterizedTest
    @CsvSource({
        "bags, bag",
        "batteries, battery",
        "carried, carry",
        "boxes, box",
        "glasses, glas",
        "glass, glas",
        "diseases, diseas",
        "disease, diseas",
        "causes, caus",
        "causing, caus",
        "caused, caus",
        "fitted, fit",
        "fitting, fit",
        "inches, inch",
        "string, string",
        "bring, bring",
        "bed, bed",
        "speed, speed",
        "gas, gas",
        "virus, virus",
        "analysis, analysis",
        "selling, sel",
        "sells, sel",
    })
    void cutsEndingsSoThatFormsOfAWordMeet(String word, String stem) {
        assertThat(Words.stem(word)).isEqualTo(stem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "15cm x 2.5 kg | 15 cm x 2.5 kg",
                "1,000 or 1000.5, 3,14 | 1000 - 1000.5 3 14",
                "the Ångström's end. | - angstrom - end",
                "end of 7. Next | end - 7 next",
                "中文 ok | 中 文 ok",
                "naïve e\u0301té | naiv ete",
            })
    void splitsLettersAndNumbers(String text, String stems) {
        assertThat(Words.of(text).stream()
                        .map(word -> word.stem().isEmpty() ? "-" : word.stem())
                        .collect(Collectors.joining(" ")))
                .isEqualTo(stems);
    }

    @Test
    void seesMatchesBeyondTheCut() {
        Query query = new Query("q", "leather");
        Candidate candidate = new Candidate("d", "", "x ".repeat(500) + "leather", 0, 1);
        try (Tokenizer tokenizer = tokenizer()) {
            EncodedPrompt prompt = new PromptBuilder(PromptTemplate.load("compact-v1"), tokenizer, 30)
                    .prompt(new Pair(query, candidate, Pair.Task.LABEL, null));

            assertThat(prompt.tokenTypes()).hasSize(30).contains(6).doesNotContain(14);
        }
    }

    private String tokensAndTypes(Query query, Candidate candidate) {
        try (Tokenizer tokenizer = tokenizer()) {
            EncodedPrompt prompt = new PromptBuilder(PromptTemplate.load("compact-v1"), tokenizer, 1000)
                    .prompt(new Pair(query, candidate, Pair.Task.LABEL, null));
            return IntStream.range(0, prompt.tokenIds().length)
                    .mapToObj(i -> token(tokenizer, prompt.tokenIds()[i]) + ":" + prompt.tokenTypes()[i])
                    .collect(Collectors.joining(" "));
        }
    }

    /** A space is shown as a middle dot, and both bytes of the only letter beyond ASCII as that letter. */
    private static String token(Tokenizer tokenizer, int id) {
        String text = tokenizer.decode(new int[] {id}, false);
        return text.equals("\uFFFD") ? "\u00E1" : text.replace(' ', '\u00B7');
    }

    private Tokenizer tokenizer() {
        TinyTokenizer tiny = new TinyTokenizer();
        for (String first : "LWIClbfaiorn".split("")) {
            tiny.merge(" ", first);
        }
        tiny.merge("h", "e")
                .merge("he", "r")
                .merge("i", "t")
                .merge("a", "g")
                .merge("a", "t")
                .merge("t", "o");
        return Tokenizer.load(tiny.merge(" L", "e").special(COMPACT).writeTo(directory));
    }
}
