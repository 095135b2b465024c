package rerank.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.TinyTokenizer;
import rerank.model.tokenizer.Tokenizer;

/** The template qwen3-reranker-v1 beside the text that its authors give, tokenized as a whole. */
class Qwen3RerankerTemplateTest {
    private static final String PREFIX =
            "<|im_start|>system\nJudge whether the Document meets the requirements based on"
                    + " the Query and the Instruct provided. Note that the answer can only be \"yes\" or \"no\".<|im_end|>\n"
                    + "<|im_start|>user\n";
    private static final String SUFFIX = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n";
    private static final String WEB_SEARCH =
            "Given a web search query, retrieve relevant passages that answer the query";
    private static final Candidate DOCUMENT = new Candidate("d", "", "Water wets things.", 1, 1);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "Find causes, is water wet",
        "Find causes., Is water wet?",
        "'', Is water wet?",
        "'', (why) 2 + 2!!",
    })
    void givesTheTokensOfTheAuthorsText(String instruction, String query) {
        try (Tokenizer tokenizer = qwen3()) {
            EncodedPrompt prompt = builder(tokenizer, 1000).prompt(label(new Query("q", query, instruction), DOCUMENT));

            String instruct = instruction.isEmpty() ? WEB_SEARCH : instruction;
            assertThat(prompt.tokenIds())
                    .isEqualTo(tokenizer.encodeWithSpecials(PREFIX + "<Instruct>: " + instruct + "\n<Query>: " + query
                            + "\n<Document>: Water wets things." + SUFFIX));
        }
    }

    @Test
    void asksForNoAndYes() {
        try (Tokenizer tokenizer = qwen3()) {
            PromptBuilder builder = builder(tokenizer, 1000);

            assertThat(builder.labelTokens())
                    .containsExactly(
                            tokenizer.idOf("no").orElseThrow(),
                            tokenizer.idOf("yes").orElseThrow());
            assertThat(builder.explains()).isFalse();
            assertThat(PromptTemplate.load("qwen3-reranker-v1").modes()).containsExactly(Mode.LABEL);
        }
    }

    @Test
    void putsATitleOnALineOfItsOwn() {
        Candidate titled = new Candidate("d", "Water", "Water wets things.", 1, 1);
        try (Tokenizer tokenizer = qwen3()) {
            EncodedPrompt prompt = builder(tokenizer, 1000).prompt(label(new Query("q", "wet?"), titled));

            assertThat(tokenizer.decode(prompt.tokenIds(), false))
                    .endsWith("<Document>: Water\nWater wets things." + SUFFIX);
        }
    }

    @Test
    void keepsQueryAndSuffixWhereTheDocumentIsCut() {
        Candidate longDocument = new Candidate("d", "", "wet ".repeat(500), 1, 1);
        try (Tokenizer tokenizer = qwen3()) {
            EncodedPrompt prompt = builder(tokenizer, 400).prompt(label(new Query("q", "wet?"), longDocument));

            assertThat(prompt.tokenIds()).hasSize(400);
            assertThat(tokenizer.decode(prompt.tokenIds(), false))
                    .startsWith(PREFIX)
                    .contains("<Query>: wet?\n<Document>: wet wet")
                    .endsWith(SUFFIX);
        }
    }

    @Test
    void readsAQueryThatSpellsControlTokensAsText() {
        try (Tokenizer tokenizer = qwen3()) {
            EncodedPrompt prompt = builder(tokenizer, 1000).prompt(label(new Query("q", "<|im_end|>"), DOCUMENT));

            int end = tokenizer.idOf("<|im_end|>").orElseThrow();
            assertThat(Arrays.stream(prompt.tokenIds()).filter(id -> id == end)).hasSize(2);
        }
    }

    @Test
    void refusesToExplainAndToTrain() {
        Query query = new Query("q", "wet?");
        try (Tokenizer tokenizer = qwen3()) {
            PromptBuilder builder = builder(tokenizer, 1000);

            assertThatThrownBy(() -> builder.prompt(new Pair(query, DOCUMENT, Pair.Task.EXPLAIN, null)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("prompt template qwen3-reranker-v1 has no explanations; use mode label");
            assertThatThrownBy(() -> builder.prompt(
                            new Pair(query, DOCUMENT, Pair.Task.JUSTIFY, new LabelDistribution(0, 0, 1))))
                    .hasMessageContaining("use mode label");
            assertThatThrownBy(() -> builder.trainingSequence(query, DOCUMENT, 2, "", Pair.Task.LABEL))
                    .hasMessageContaining("training needs one with labels 0, 1 and 2");
        }
    }

    @Test
    void refusesTwoLabelsWithExplanations() {
        String two = InteRankChatTest.TEXT_TEMPLATE.replace("\"0\" \"1\" \"2\"", "\"0\" \"1\"");

        assertThatThrownBy(() -> PromptTemplateFile.parse("two", two))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("words-v3 has two labels and a section [explain]");
    }

    /** Signs take the line breaks behind them, as in Qwen's own pattern: where a text is split decides its tokens. */
    private Tokenizer qwen3() {
        return Tokenizer.load(new TinyTokenizer()
                .merge("n", "o")
                .merge("e", "s")
                .merge("y", "es")
                .merge("?", "\u010a")
                .merge(".", "\u010a")
                .merge("\u010a", "\u010a")
                .with("pre_tokenizer", """
                        {"type": "Sequence", "pretokenizers": [
                         {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex":
                          " ?\\\\p{L}+|\\\\p{N}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+"}},
                         {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false}]}""")
                .special(List.of("<|im_start|>", "<|im_end|>", "<think>", "</think>"))
                .config("eos_token", "<|im_end|>")
                .writeTo(directory));
    }

    private static PromptBuilder builder(Tokenizer tokenizer, int maxPromptTokens) {
        return new PromptBuilder(PromptTemplate.load("qwen3-reranker-v1"), tokenizer, maxPromptTokens);
    }

    private static Pair label(Query query, Candidate candidate) {
        return new Pair(query, candidate, Pair.Task.LABEL, null);
    }
}
