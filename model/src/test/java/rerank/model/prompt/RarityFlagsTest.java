package rerank.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.prompt.TemplateBody.Source;

/** Golden cases: a change of one is a change of what checkpoints were trained on, and makes a new template version. */
class RarityFlagsTest {
    @ParameterizedTest
    @CsvSource({"large, 2", "find, 2", "time, 1", "abandon, 3", "gymnure, 4", "2.5, 4"})
    void rareWordsCountMore(String word, int counts) {
        assertThat(WordRarity.of(Words.of(word).get(0).stem())).isEqualTo(counts);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // 4 of 6 in the title; all
                "find gymnures | Gymnure | How to find one. | 90",
                // 2 of 6 in title and document
                "find gymnures | Find a bat | Bats. | 81",
                // nothing; 4 of 6
                "find gymnures | Mammals | Of the gymnure. | 70",
                "find gymnures | Mammals | A vole. | 67",
                "find gymnures | Gymnures find | | 102",
                "how is it | Gymnure | A vole. | 67",
            })
    void theTokenBeforeTheAnswerTellsHowMuchOfTheQueryIsMatched(String query, String title, String text, int row) {
        RarityFlags flags = new RarityFlags(query, title, text == null ? "" : text);

        assertThat(flags.answerFlag()).isEqualTo(row);
    }

    @Test
    void theRestIsToldAsBefore() {
        CoverageFlags coverage = new CoverageFlags("bag under $60", "Bag", "It costs 45 dollars.");
        RarityFlags rarity = new RarityFlags("bag under $60", "Bag", "It costs 45 dollars.");

        for (Source field : new Source[] {Source.QUERY, Source.TITLE, Source.TEXT}) {
            assertThat(rarity.spans(field)).isEqualTo(coverage.spans(field));
            assertThat(rarity.leadingFlag(field)).isEqualTo(coverage.leadingFlag(field));
        }
        assertThat(coverage.answerFlag()).isZero();
    }

    @Test
    void aModelGoesOnFromCoarserTypes() {
        int[] coverage = TokenTypes.RARITY.nearest(TokenTypes.COVERAGE);

        assertThat(coverage).hasSize(103);
        assertThat(coverage[66]).isEqualTo(66);
        assertThat(coverage[67]).isZero();
        assertThat(coverage[102]).isZero();
        assertThat(TokenTypes.RARITY.nearest(TokenTypes.RELATIONS)[66]).isEqualTo(8);
        assertThat(TokenTypes.ofRows(103)).contains(TokenTypes.RARITY);
    }
}
