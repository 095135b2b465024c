package rerank.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.CandidateWindow;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.TinyTokenizer;
import rerank.model.tokenizer.Tokenizer;

/** The list of the template interank-chat-v1 in a Qwen2 chat; of this tokenizer a token is a byte. */
class ListPromptsTest {
    private static final Query QUERY = new Query("q", "Is water wet?", "Count only physics.");
    private static final Candidate WATER = new Candidate("d1", "Water", "Water wets things.", 2, 1);
    private static final Candidate SAND = new Candidate("d2", "", "Sand is dry.", 1, 2);
    private static final String HEAD =
            "<|im_start|>system\nYou judge whether documents are relevant to questions, and you"
                    + " give your reasons.<|im_end|>\n<|im_start|>user\nPut the documents in order by how relevant they are to the"
                    + " question, the most relevant first. Count only physics. Each document has a letter. Answer with the word"
                    + " \"Order:\" and, on the next line, the letters of all documents, separated by the sign \">\".\n\n"
                    + "Question: Is water wet?\n\n";
    private static final String TAIL = "\nQuestion: Is water wet?\nIn which order do the documents above help with this"
            + " question? Answer with their letters alone.<|im_end|>\n<|im_start|>assistant\nOrder:\n";

    @TempDir
    private Path directory;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 100);
    }

    @Test
    void putsTheDocumentsBetweenTheQuestionAndTheQuestion() {
        try (Tokenizer tokenizer = qwen(new TinyTokenizer())) {
            EncodedPrompt prompt = builder(tokenizer, 5000).prompt(new CandidateWindow(QUERY, List.of(WATER, SAND)));

            assertThat(tokenizer.decode(prompt.tokenIds(), false))
                    .isEqualTo(HEAD + "[A] Water\nWater wets things.\n[B] Sand is dry.\n" + TAIL);
            assertThat(prompt.tokenTypes()).containsOnly(0);
        }
    }

    @Test
    void allWindowsOfAQueryShareWhatIsBeforeTheDocuments() {
        try (Tokenizer tokenizer = qwen(new TinyTokenizer())) {
            PromptBuilder builder = builder(tokenizer, 5000);
            EncodedPrompt one = builder.prompt(new CandidateWindow(QUERY, List.of(WATER, SAND)));
            EncodedPrompt other = builder.prompt(new CandidateWindow(QUERY, List.of(SAND)));

            assertThat(one.queryTokens()).isEqualTo(other.queryTokens());
            assertThat(tokenizer.decode(Arrays.copyOf(one.tokenIds(), one.queryTokens()), false))
                    .isEqualTo(HEAD);
            assertThat(tokenizer.decode(Arrays.copyOf(one.tokenIds(), one.instructionTokens()), false))
                    .isEqualTo(HEAD.substring(0, HEAD.indexOf(" Is water wet?")));
        }
    }

    @Test
    void namesTheDocumentsByLettersThatAreTokens() {
        try (Tokenizer tokenizer = qwen(new TinyTokenizer())) {
            PromptBuilder builder = builder(tokenizer, 5000);

            assertThat(builder.identifierTokens())
                    .isEqualTo(IntStream.rangeClosed('A', 'T').toArray());
            assertThat(PromptTemplate.load("interank-chat-v1").modes())
                    .containsExactlyInAnyOrder(Mode.EXPLAIN, Mode.LABEL, Mode.JUSTIFY, Mode.LISTWISE);
        }
    }

    @Test
    void refusesIdentifiersThatAreNotSingleTokens() {
        PromptTemplate template = PromptTemplateFile.parse("words", LIST_TEMPLATE.replace(" T\n", " TU\n"));
        try (Tokenizer tokenizer = qwen(new TinyTokenizer())) {
            assertThatThrownBy(() -> new PromptBuilder(template, tokenizer, 1000))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("words-v3")
                    .hasMessageContaining("the identifier \"TU\" is 2 tokens")
                    .hasMessageContaining("identifiers must be distinct single tokens");
        }
    }

    @Test
    void refusesTemplatesWhoseListIsNone() {
        assertThatThrownBy(() -> PromptTemplateFile.parse("words", LIST_TEMPLATE.replace(" T\n", "\n")))
                .hasMessageContaining("needs 20 identifiers, got 19");
        assertThatThrownBy(() -> PromptTemplateFile.parse("words", LIST_TEMPLATE.replace("{documents}", "")))
                .hasMessageContaining("holds {documents} once");
        assertThatThrownBy(
                        () -> PromptTemplateFile.parse("words", LIST_TEMPLATE.replace("types: none", "types: matches")))
                .hasMessageContaining("section [list] and token types");
    }

    @Test
    void knowsNoListsWhereTheTemplateHasNone() {
        try (Tokenizer tokenizer = Tokenizer.load(new TinyTokenizer()
                .special(PromptTemplate.load("compact-v1").controlTokens())
                .writeTo(directory))) {
            PromptBuilder builder = new PromptBuilder(PromptTemplate.load("compact-v1"), tokenizer, 1000);

            assertThat(builder.identifierTokens()).isEmpty();
            assertThatThrownBy(() -> builder.prompt(new CandidateWindow(QUERY, List.of(WATER))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("compact-v1 has no lists");
        }
    }

    @Test
    void cutsLongDocumentsToEqualSharesOfTheRoom() {
        Candidate long1 = new Candidate("d3", "", "#".repeat(500), 0, 3);
        Candidate long2 = new Candidate("d4", "", "@".repeat(900), 0, 4);
        CandidateWindow window = new CandidateWindow(QUERY, List.of(SAND, long1, long2));
        try (Tokenizer tokenizer = qwen(new TinyTokenizer())) {
            int whole = builder(tokenizer, 5000).prompt(window).tokenIds().length;
            int limit = whole - 600;

            EncodedPrompt prompt = builder(tokenizer, limit).prompt(window);

            String text = tokenizer.decode(prompt.tokenIds(), false);
            assertThat(prompt.tokenIds()).hasSizeBetween(limit - 1, limit);
            assertThat(text).contains("[A] Sand is dry.\n");
            assertThat(count('#', text)).isEqualTo(count('@', text)).isBetween(380L, 420L);
            assertThat(text).startsWith(HEAD).endsWith(TAIL);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void sharesAreEqualUseTheRoomAndNeverExceedIt(long seed) {
        Random random = new Random(seed);
        int[] lengths = random.ints(1 + random.nextInt(20), 0, 300).toArray();
        int room = random.nextInt(4000);

        int share = ListPrompts.share(lengths, room);

        int used = Arrays.stream(lengths).map(length -> Math.min(length, share)).sum();
        assertThat(used).isLessThanOrEqualTo(room);
        boolean isAnyCut = Arrays.stream(lengths).anyMatch(length -> length > share);
        if (isAnyCut) {
            assertThat(room - used).isLessThan(lengths.length);
        }
    }

    @Test
    void refusesAQuestionThatLeavesNoRoom() {
        try (Tokenizer tokenizer = qwen(new TinyTokenizer())) {
            assertThatThrownBy(() -> builder(tokenizer, 300).prompt(new CandidateWindow(QUERY, List.of(WATER))))
                    .isInstanceOf(PromptTooLongException.class)
                    .hasMessageContaining("query q");
        }
    }

    private static long count(char letter, String text) {
        return text.chars().filter(c -> c == letter).count();
    }

    private static PromptBuilder builder(Tokenizer tokenizer, int maxPromptTokens) {
        return new PromptBuilder(PromptTemplate.load("interank-chat-v1"), tokenizer, maxPromptTokens);
    }

    private Tokenizer qwen(TinyTokenizer tokenizer) {
        return Tokenizer.load(tokenizer
                .special(List.of("<|im_start|>", "<|im_end|>", "<|endoftext|>"))
                .writeTo(directory));
    }

    private static final String LIST_TEMPLATE = """
            name: words
            version: 3
            chat: no
            token-types: none
            labels: "0" "1" "2"
            explain-lead: ""
            label-lead: "Label: "
            label-phrase: "Label: "
            explanation-phrase: " "
            end: ""
            stop-tokens:
            stop-strings:
            identifiers: A B C D E F G H I J K L M N O P Q R S T
            list-lead: "Order:\\n"

            [label]
            {query} {text}

            [list]
            {query}
            {documents}

            [document]
            {identifier} {text}
            """;
}
