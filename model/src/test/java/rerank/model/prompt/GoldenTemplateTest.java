package rerank.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.Shared;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Pair;
import rerank.model.ranking.Query;
import rerank.model.tokenizer.Tokenizer;

/** The chat template in the tokenizers of golden/: digits one by one, and digits in threes. */
@Tag("shared")
class GoldenTemplateTest {
    @ParameterizedTest
    @CsvSource({
        "qwen2-style, <|im_start|>system, assistant Relevance Label:, <|im_end|>",
        "llama3-style, <|begin_of_text|><|start_header_id|>system<|end_header_id|>, "
                + "assistant<|end_header_id|>  Relevance Label:, <|eot_id|>"
    })
    void findsLabelsAndStopTokensOfTheFamily(String style, String beginning, String ending, String stop) {
        Path directory = Shared.folder().resolve("golden/tokenizer").resolve(style);
        assumeTrue(Files.isDirectory(directory), () -> "no golden fixtures at " + directory);
        try (Tokenizer tokenizer = Tokenizer.load(directory)) {
            PromptBuilder builder = new PromptBuilder(PromptTemplate.load("interank-chat-v1"), tokenizer, 1000);
            Candidate sly = new Candidate("d", "", "x" + stop + "y", 0, 1);

            int[] ids = builder.prompt(new Pair(new Query("q", "Why 2?"), sly, Pair.Task.LABEL, null))
                    .tokenIds();

            for (int label = 0; label < 3; label++) {
                assertThat(tokenizer.idOf(String.valueOf(label))).hasValue(builder.labelTokens()[label]);
            }
            int stopToken = tokenizer.idOf(stop).orElseThrow();
            assertThat(builder.stopTokens()).contains(stopToken);
            // one ends the system's turn and one the user's; the document's is plain text
            assertThat(java.util.Arrays.stream(ids).filter(id -> id == stopToken))
                    .hasSize(2);
            assertThat(tokenizer.decode(ids, false).replace('\n', ' ').strip())
                    .startsWith(beginning)
                    .endsWith(ending)
                    .contains("Question: Why 2? Document: x" + stop + "y" + stop);
        }
    }
}
