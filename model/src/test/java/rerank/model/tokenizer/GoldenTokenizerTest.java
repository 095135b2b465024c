package rerank.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.Shared;

/** Holds the tokenizer to the stored ids of the golden fixtures. */
@Tag("shared")
class GoldenTokenizerTest {
    private static final String SPECIAL = ".*(<\\|\\w+\\|>|</?think>|</?tool_call>|\\[(PAD|CLS|SEP|UNK|MASK)]).*";

    @ParameterizedTest
    @ValueSource(strings = {"qwen2-style", "llama3-style", "bert-wordpiece"})
    void givesTheStoredIdsAndTexts(String style) throws IOException {
        Path directory = Shared.folder().resolve("golden/tokenizer").resolve(style);
        assumeTrue(directory.toFile().isDirectory(), () -> "no golden fixtures at " + directory);
        JsonNode golden =
                new JsonMapper().readTree(directory.resolve("golden.json").toFile());
        int plain = 0;
        try (Tokenizer tokenizer = Tokenizer.load(directory)) {
            for (JsonNode string : golden.path("strings")) {
                String text = string.path("text").asText();
                int[] ids = ids(string.path("ids"));
                assertThat(tokenizer.encodeWithSpecials(text)).as(text).isEqualTo(ids);
                if (!text.replaceAll("\\s", " ").matches(SPECIAL)) {
                    assertThat(tokenizer.encode(text).ids()).as(text).isEqualTo(ids);
                    plain++;
                }
                String decoded = string.path("decoded").asText(text);
                assertThat(tokenizer.decode(ids, false)).as(text).isEqualTo(decoded);
                assertThat(tokenizer.decode(ids, true))
                        .as(text)
                        .isEqualTo(string.path("decoded_skip_special").asText(decoded));
            }
        }
        assertThat(plain).isGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-wordpiece"})
    void putsTheStoredSpecialTokensAndTypesAroundPairs(String style) throws IOException {
        Path directory = Shared.folder().resolve("golden/tokenizer").resolve(style);
        assumeTrue(directory.toFile().isDirectory(), () -> "no golden fixtures at " + directory);
        JsonNode golden =
                new JsonMapper().readTree(directory.resolve("golden.json").toFile());
        assertThat(golden.path("pairs").size()).isPositive();
        try (Tokenizer tokenizer = Tokenizer.load(directory)) {
            for (JsonNode one : golden.path("pairs")) {
                String query = one.path("pair").path(0).asText();
                String document = one.path("pair").path(1).asText();

                PairTokens pair = tokenizer.encodePair(query, document, 10_000);

                assertThat(pair.ids()).as(document).isEqualTo(ids(one.path("ids")));
                assertThat(pair.types()).as(document).isEqualTo(ids(one.path("type_ids")));
            }
        }
    }

    private static int[] ids(JsonNode node) {
        int[] ids = new int[node.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = node.get(i).asInt();
        }
        return ids;
    }
}
