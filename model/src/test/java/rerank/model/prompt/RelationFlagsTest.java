package rerank.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.prompt.TemplateBody.Source;

/** Golden cases: a change of one is a change of what checkpoints were trained on, and makes a new template version. */
class RelationFlagsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // words: in the title, in the text, similar, negated, in neither
                "red bag with a lock | Red bag | It has a lock. | red[3] bag[3] with a lock[2]",
                "waterproof bag, no lock | Bag | Proof against water, lacks a lock. | waterproof[4] bag[3], no lock[5]",
                "bag made of wool | Bag | It is neither wool nor felt. | bag[3] made[1] of wool[5]",
                "bag with a lock | Bag | It has no zip and a lock. | bag[3] with a lock[2]",
                // numbers: below, equal, above the limit, in any unit and either way of writing
                "bag under $60 | Bag | It costs 45 dollars. | bag[3] under[1] $60[6]",
                "bag under $60 | Bag | For $60. | bag[3] under[1] $60[7]",
                "and 5 litres | Bag | And 4 litres. | and 5[6] litres[6]",
                "bag of at most 2.5 kg | Bag | Weighs 6 lb. | bag[3] of at most[1] 2.5[8] kg[8]",
                "bag under 1 kg | Bag | Weighs 1,200 g. | bag[3] under[1] 1[8] kg[8]",
                "for a 15-inch laptop | Bag | Laptops up to 16 inches. | for a 15[8]-inch[8] laptop[2]",
                "tent for a family of 4 | Tent | Sleeps three people. | tent[3] for a family[1] of 4[6]",
                "rated IPX5 | Speaker | Rated IPX7, with 2 ports. | rated[2] IPX[8]5[8]",
                "with two USB ports | Charger | Has 3 ports. | with two[8] USB[1] ports[2]",
                // both limits of a range
                "between 20 and 35 litres | Bag | Holds 30 litres. | between[1] 20[8] and 35[6] litres[6]",
                // of several numbers the one spoken of in the same words; without such words, any
                "charging in under 2 hours | Speaker | Plays 9 hours. It recharges in 90 minutes."
                        + " | charging[4] in under[1] 2[6] hours[6]",
                "lasts over 2 hours | Speaker | Plays 9 hours. Full after 90 minutes. | lasts[1] over[1] 2[9] hours[9]",
                // nothing to compare with
                "bag under 2 kg | Bag | Costs $2. | bag[3] under[1] 2[1] kg[1]",
            })
    void flagsOfTheQuery(String query, String title, String text, String flagged) {
        assertThat(shown(query, new RelationFlags(query, title, text).spans(Source.QUERY)))
                .isEqualTo(flagged);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "red bag, waterproof | Red bag against water: no bag. | Red[2] bag[2] against[1] water[3]: no bag[4].",
                "bag under $60 | It costs 45 dollars. | It costs[1] 45[5] dollars[5].",
                "bag under $60 | Now $60 only. | Now[1] $60[6] only[1].",
                "bag under $60 | Now €60 only. | Now[1] €60[1] only[1].",
                "from 1 to 2 kg | Weighs 1500 g, for 2 people. | Weighs[1] 1500[8] g[8], for 2[1] people[1].",
                "under 2 kg | It is 3.5 kg. | It is 3.5[7] kg[7].",
                "4 pockets | It has four pockets and 4 zips. | It has four[6] pockets[2] and 4[1] zips[1].",
            })
    void flagsOfTheDocument(String query, String text, String flagged) {
        assertThat(shown(text, new RelationFlags(query, "", text).spans(Source.TEXT)))
                .isEqualTo(flagged);
    }

    @ParameterizedTest
    @CsvSource({
        "gout, gout, 4",
        "gout, chronic gout, 3",
        "gout, a very old chronic gout, 2",
        "gout, flu, 1",
    })
    void theTitleTellsHowMuchOfItIsInTheQuery(String query, String title, int flag) {
        assertThat(new RelationFlags(query, title, "").leadingFlag(Source.TITLE))
                .isEqualTo(flag);
    }

    @ParameterizedTest
    @CsvSource({"treat gout, 8", "treat old gout, 7", "treat gout with some new drugs now, 6", "flu, 5"})
    void theTextTellsHowMuchOfTheQueryIsInTheDocument(String query, int flag) {
        assertThat(new RelationFlags(query, "Gout", "How it is treated.").leadingFlag(Source.TEXT))
                .isEqualTo(flag);
    }

    @ParameterizedTest
    @CsvSource({
        "charg, recharg, true",
        "compress, compression, true",
        "archiv, archive, true",
        "install, instal, true",
        "weigh, weight, true",
        "cat, cats, false",
        "form, from, false",
        "carbon, carpet, false",
        "2000, 20000, false",
    })
    void similarWordsShareTheirBeginningOrHoldOneAnother(String a, String b, boolean isSimilar) {
        assertThat(RelationFlags.isSimilar(a, b)).isEqualTo(isSimilar);
        assertThat(RelationFlags.isSimilar(b, a)).isEqualTo(isSimilar);
    }

    @Test
    void everyTypeHasANearestOneAmongTheCoarserTypes() {
        int[] nearest = RelationFlags.nearestMatches();

        assertThat(nearest).hasSize(RelationFlags.TOKEN_TYPES).contains(7, 14);
        for (int segment = 0; segment < 4; segment++) {
            for (int flag = 0; flag < 10; flag++) {
                assertThat(nearest[10 * segment + flag] / 4).isEqualTo(segment);
            }
        }
    }

    private static String shown(String text, List<TokenFlags.Span> spans) {
        StringBuilder shown = new StringBuilder();
        int at = 0;
        for (TokenFlags.Span span : spans) {
            shown.append(text, at, span.end());
            shown.append(span.flag() == 0 ? "" : "[" + span.flag() + "]");
            at = span.end();
        }
        return shown.append(text.substring(at)).toString();
    }
}
