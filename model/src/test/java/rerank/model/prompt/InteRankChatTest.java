package rerank.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Pair;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.TinyTokenizer;
import rerank.model.tokenizer.Tokenizer;

/** The template interank-chat-v1 in a Qwen2 chat. */
class InteRankChatTest {
    private static final List<String> TOKENS = List.of("<|im_start|>", "<|im_end|>", "<|endoftext|>");
    private static final Query QUERY = new Query("q", "Is water wet?", "Count only physics.");
    private static final Candidate WATER = new Candidate("d", "Water", "Water wets things.", 1, 1);
    private static final String SYSTEM =
            "You judge whether documents are relevant to questions, and you give your reasons.";
    private static final String EXPLAIN = "<|im_start|>system\n" + SYSTEM + "<|im_end|>\n<|im_start|>user\n"
            + "Explain whether the document is relevant to the question: say what the question needs, and what the"
            + " document gives of it. Count only physics. After the explanation, end with a line that holds the words"
            + " \"Relevance Label:\", one of the labels 0 (irrelevant), 1 (partially relevant) or 2 (relevant), and the"
            + " sign \"##\".\n\nQuestion: Is water wet?\nDocument: Water\nWater wets things.<|im_end|>\n"
            + "<|im_start|>assistant\n";
    private static final String LABEL = "<|im_start|>system\n" + SYSTEM + "<|im_end|>\n<|im_start|>user\n"
            + "Rate how relevant the document is to the question. Count only physics. Begin with the words \"Relevance"
            + " Label:\" and one of the labels 0 (irrelevant), 1 (partially relevant) or 2 (relevant). After it, explain"
            + " in a few sentences what the question needs and what the document gives of it, and end with the sign"
            + " \"##\".\n\nQuestion: Is water wet?\nDocument: Water\nWater wets things.<|im_end|>\n"
            + "<|im_start|>assistant\nRelevance Label: ";

    @TempDir
    private Path directory;

    @Test
    void asksForAnExplanationOrForALabel() {
        try (Tokenizer tokenizer = qwen(new TinyTokenizer())) {
            PromptBuilder builder = builder(tokenizer);
            LabelDistribution two = new LabelDistribution(0, 0.1, 0.9);

            assertThat(text(tokenizer, builder.prompt(new Pair(QUERY, WATER, Pair.Task.EXPLAIN, null))))
                    .isEqualTo(EXPLAIN);
            assertThat(text(tokenizer, builder.prompt(new Pair(QUERY, WATER, Pair.Task.LABEL, null))))
                    .isEqualTo(LABEL);
            assertThat(text(tokenizer, builder.prompt(new Pair(QUERY, WATER, Pair.Task.JUSTIFY, two))))
                    .isEqualTo(LABEL + "2\n\n");
        }
    }

    @Test
    void leavesOutTheLinesOfEmptyFields() {
        try (Tokenizer tokenizer = qwen(new TinyTokenizer())) {
            Pair pair =
                    new Pair(new Query("q", "Why?"), new Candidate("d", "", "Because.", 0, 1), Pair.Task.LABEL, null);

            assertThat(text(tokenizer, builder(tokenizer).prompt(pair)))
                    .contains("to the question. Begin with")
                    .contains("\n\nQuestion: Why?\nDocument: Because.<|im_end|>");
        }
    }

    @Test
    void putsTheSpaceBeforeAFieldIntoItsFirstWord() {
        try (Tokenizer tokenizer = qwen(new TinyTokenizer().merge(" ", "I").merge(" ", "W"))) {
            int[] ids = builder(tokenizer)
                    .prompt(new Pair(QUERY, WATER, Pair.Task.EXPLAIN, null))
                    .tokenIds();

            assertThat(ids).contains(256, 257);
        }
    }

    @Test
    void findsTheLabelTokensWhereASpaceBelongsToTheDigit() {
        try (Tokenizer tokenizer = Tokenizer.load(new TinyTokenizer()
                .merge(" ", "0")
                .merge(" ", "1")
                .merge(" ", "2")
                .with(
                        "pre_tokenizer",
                        "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":false,\"use_regex\":true}")
                .special(TOKENS)
                .writeTo(directory))) {
            PromptBuilder builder = builder(tokenizer);

            assertThat(tokenizer.decode(builder.labelPhrase(), false)).isEqualTo("\n\nRelevance Label:");
            assertThat(builder.labelTokens()).containsExactly(256, 257, 258);
        }
    }

    @Test
    void stopsAtTheEndOfTheTurnAndAtTheLabelPhrase() {
        try (Tokenizer tokenizer = qwen(new TinyTokenizer())) {
            PromptBuilder builder = builder(tokenizer);

            assertThat(builder.stopTokens())
                    .containsExactlyInAnyOrder(
                            tokenizer.idOf("<|im_end|>").orElseThrow(),
                            tokenizer.idOf("<|endoftext|>").orElseThrow());
            assertThat(builder.stopStrings()).containsExactly("Relevance Label:", " ##");
            assertThat(tokenizer.decode(builder.labelPhrase(), false)).isEqualTo("\n\nRelevance Label: ");
            assertThat(builder.labelTokens()).containsExactly(48, 49, 50);
        }
    }

    @Test
    void endsTrainedAnswersWithTheSignAndTheTurn() {
        try (Tokenizer tokenizer = qwen(new TinyTokenizer())) {
            PromptBuilder builder = builder(tokenizer);

            assertThat(text(
                            tokenizer,
                            builder.trainingSequence(QUERY, WATER, 1, "It wets.", Pair.Task.JUSTIFY)
                                    .sequence()))
                    .isEqualTo(LABEL + "1\n\nIt wets. ##<|im_end|>");
            assertThat(text(
                            tokenizer,
                            builder.trainingSequence(QUERY, WATER, 1, "It wets.", Pair.Task.EXPLAIN)
                                    .sequence()))
                    .isEqualTo(EXPLAIN + "It wets.\n\nRelevance Label: ");
        }
    }

    @Test
    void marksNoWords() {
        try (Tokenizer tokenizer = qwen(new TinyTokenizer())) {
            assertThat(builder(tokenizer)
                            .prompt(new Pair(QUERY, WATER, Pair.Task.LABEL, null))
                            .tokenTypes())
                    .containsOnly(0);
        }
    }

    @Test
    void refusesLabelsThatAreNotSingleTokens() {
        PromptTemplate words = PromptTemplateFile.parse(
                "words", TEXT_TEMPLATE.replace("\"0\" \"1\" \"2\"", "\"no\" \"partly\" \"yes\""));
        try (Tokenizer tokenizer = qwen(new TinyTokenizer().merge("n", "o"))) {
            assertThatThrownBy(() -> new PromptBuilder(words, tokenizer, 1000))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("words-v3")
                    .hasMessageContaining("the label \"partly\" is 6 tokens")
                    .hasMessageContaining("labels must be distinct single tokens");
        }
    }

    @Test
    void refusesLabelsThatAreNotDistinct() {
        PromptTemplate words =
                PromptTemplateFile.parse("words", TEXT_TEMPLATE.replace("\"0\" \"1\" \"2\"", "\"0\" \"1\" \"0\""));
        try (Tokenizer tokenizer = qwen(new TinyTokenizer())) {
            assertThatThrownBy(() -> new PromptBuilder(words, tokenizer, 1000))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not distinct");
        }
    }

    static final String TEXT_TEMPLATE = String.join(
            "\n",
            "name: words",
            "version: 3",
            "chat: no",
            "token-types: none",
            "labels: \"0\" \"1\" \"2\"",
            "explain-lead: \"\"",
            "label-lead: \"Label: \"",
            "label-phrase: \"\\nLabel: \"",
            "explanation-phrase: \" \"",
            "end: \"##\"",
            "stop-tokens:",
            "stop-strings: \"##\"",
            "[explain]",
            "{query} {text}",
            "[label]",
            "{query} {text}");

    private Tokenizer qwen(TinyTokenizer tokenizer) {
        return Tokenizer.load(tokenizer
                .special(TOKENS)
                .config("chat_template", "<|im_start|>")
                .config("eos_token", "<|im_end|>")
                .writeTo(directory));
    }

    private static PromptBuilder builder(Tokenizer tokenizer) {
        return new PromptBuilder(PromptTemplate.load("interank-chat-v1"), tokenizer, 1000);
    }

    private static String text(Tokenizer tokenizer, EncodedPrompt prompt) {
        return tokenizer.decode(prompt.tokenIds(), false);
    }
}
