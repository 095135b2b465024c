package rerank.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompletionParserTest {
    @ParameterizedTest(name = "[{index}] {0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // the phrase once
                "It fits. Relevance Label: 2 ##                          | It fits.              | 2",
                "It fits. relevance LABEL:1                              | It fits.              | 1",
                "It fits. Relevance Label: (0) because 2 is too much     | It fits.              | 0",
                "It fits. ## Relevance Label: 2 ##                       | It fits.              | 2",
                "Relevance Label: 2 ##                                   | ``                    | 2",
                "It fits. Relevance Label: 2 ## Relevance Label: 0       | It fits.              | 2",
                "It fits. Relevance Label: 3 ##                          | It fits.              | -",
                "It fits. Relevance Label: -1 ##                         | It fits.              | -",
                "It fits. Relevance Label: 10                            | It fits.              | -",
                "It fits. Relevance Label:                               | It fits.              | -",
                "It fits. Relevance Label: ## 2                          | It fits.              | -",
                "It fits. Relevance Label: partially relevant            | It fits.              | 1",
                // no phrase, or twice: the first 30 words
                "The page is partially relevant, not more                | The page is partially relevant, not more | 1",
                "The page is Relevant. ##                                | The page is Relevant. | 2",
                "The page is not relevant                                | The page is not relevant | 0",
                "An irrelevant page                                      | An irrelevant page    | 0",
                "The page is about lamps 2                               | The page is about lamps 2 | -",
                "It is irrelevant. Relevance Label: 1 Relevance Label: 2 | It is irrelevant.     | 0",
                "It fits. Relevance Label: 1 Relevance Label: 2          | It fits.              | -",
                "``                                                      | ``                    | -",
            })
    void readsExplanationAndLabel(String completion, String explanation, String label) {
        var parsed = CompletionParser.parse(completion);

        assertThat(parsed.explanation()).isEqualTo(explanation);
        assertThat(parsed.label())
                .isEqualTo(label.equals("-") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(label)));
    }

    @Test
    void looksAtTheFirst30WordsOnly() {
        assertThat(CompletionParser.parse("word ".repeat(29) + "irrelevant").label())
                .hasValue(0);
        assertThat(CompletionParser.parse("word ".repeat(30) + "irrelevant").label())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Asks for the treatment of asthma; the text lists its symptoms.",
                "no",
                "Yes, yes, yes!",
                "\u4E2D\u6587",
                "Needs 15 inches, 15 inches is given: 15 inches, 15 inches, 15 inches. All met, it has what is asked.",
            })
    void acceptsWhatAPersonCanRead(String explanation) {
        assertThat(CompletionParser.uselessReason(explanation)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'', is empty",
        "' \n', is empty",
        "'12 ?!', has no letters",
        "'the the the the the the the the the the', repeats itself",
        "'It fits. and so on and so on and so on and so on and so on and so on', repeats itself",
        "aaaaaaaaaaaaaaaaaaaaaaaa, repeats itself",
    })
    void refusesWhatNobodyCanUse(String explanation, String reason) {
        assertThat(CompletionParser.uselessReason(explanation)).contains(reason);
    }
}
