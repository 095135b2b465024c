package rerank.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.prompt.TemplateBody.Source;

/** Golden cases: a change of one is a change of what checkpoints were trained on, and makes a new template version. */
class CoverageFlagsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // query in title, title in query, query in title and text
                "treat gout | Gout | How it is treated. | 44 | 57 | 66",
                "gout | The gout | | 48 | 57 | 66",
                "flu | Gout | How it is treated. | 40 | 49 | 58",
                "new drugs for old gout | Chronic gout | Drugs. | 42 | 53 | 62",
                "one two three four five six seven eight | one | two three four five six seven | 41 | 57 | 65",
                "how is it | Gout | Treated. | 40 | 49 | 58",
            })
    void theControlTokensTellThreeShares(
            String query, String title, String text, int queryInTitle, int titleInQuery, int queryInAll) {
        CoverageFlags flags = new CoverageFlags(query, title, text == null ? "" : text);

        assertThat(flags.leadingFlag(Source.QUERY)).isEqualTo(queryInTitle);
        assertThat(flags.leadingFlag(Source.TITLE)).isEqualTo(titleInQuery);
        assertThat(flags.leadingFlag(Source.TEXT)).isEqualTo(queryInAll);
    }

    @Test
    void wordsAndNumbersAreToldAsBefore() {
        RelationFlags relations = new RelationFlags("bag under $60", "Bag", "It costs 45 dollars.");
        CoverageFlags coverage = new CoverageFlags("bag under $60", "Bag", "It costs 45 dollars.");

        for (Source field : new Source[] {Source.QUERY, Source.TITLE, Source.TEXT}) {
            assertThat(coverage.spans(field)).isEqualTo(relations.spans(field));
        }
    }

    @Test
    void aModelGoesOnFromCoarserTypes() {
        int[] relations = TokenTypes.COVERAGE.nearest(TokenTypes.RELATIONS);
        int[] matches = TokenTypes.COVERAGE.nearest(TokenTypes.MATCHES);

        assertThat(relations).hasSize(TokenTypes.COVERAGE.rows());
        assertThat(relations[17]).isEqualTo(17);
        assertThat(relations[40]).isZero();
        assertThat(new int[] {relations[49], relations[52], relations[54], relations[57]})
                .containsExactly(1, 2, 3, 4);
        assertThat(new int[] {relations[58], relations[66]}).containsExactly(5, 8);
        assertThat(matches[17]).isEqualTo(TokenTypes.RELATIONS.nearest(TokenTypes.MATCHES)[17]);
        assertThat(TokenTypes.ofRows(67)).contains(TokenTypes.COVERAGE);
        assertThat(TokenTypes.ofRows(68)).isEmpty();
        assertThatThrownBy(() -> TokenTypes.MATCHES.nearest(TokenTypes.RELATIONS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("RELATIONS");
    }
}
