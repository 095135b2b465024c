package rerank.trainer.storefront;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.groups.Tuple.tuple;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Document;
import rerank.trainer.faithfulness.Claim;
import rerank.trainer.faithfulness.Claim.Kind;
import rerank.trainer.faithfulness.Claim.Verdict;
import rerank.trainer.faithfulness.ExplanationChecker;
import rerank.trainer.faithfulness.Faithfulness;
import rerank.trainer.storefront.Constraint.Having;
import rerank.trainer.storefront.Constraint.Limit;
import rerank.trainer.storefront.Constraint.Wanted;
import rerank.trainer.storefront.Product.Fact;
import rerank.trainer.storefront.Value.Choice;
import rerank.trainer.storefront.Value.Quantity;
import rerank.trainer.teacher.Teacher;

class StorefrontCheckerTest {
    private static final ShoppingQuery ASKED = new ShoppingQuery(
            new Query("q", "a backpack under $60, at most 40 oz, not leather, with a rain cover"),
            "backpack",
            "backpack",
            List.of(
                    new Limit("price", Comparison.LESS, new Quantity(600, Unit.DOLLAR), null, false, "$60"),
                    new Limit("weight", Comparison.AT_MOST, new Quantity(400, Unit.OZ), null, false, "40 oz"),
                    new Wanted("material", "leather", true),
                    new Having("rain-cover", true)));

    private static final Product PRODUCT = new Product(
            "backpack",
            "rucksack",
            Map.of(
                    "price", new Fact(new Quantity(450, Unit.DOLLAR), "$45"),
                    "weight", new Fact(new Quantity(9000, Unit.G), "900 g"),
                    "material", new Fact(new Choice("canvas"), "canvas")),
            new Document("p", "", ""));

    private static final String RIGHT =
            "Wants a backpack. Costs $45, under $60; weighs 900 g (about 32 oz), within 40 oz;"
                    + " is made of canvas, not leather; does not say whether it has a rain cover: one missed.";

    @Test
    void everyClauseOfARightExplanationIsAClaim() {
        assertThat(check(RIGHT))
                .extracting(Claim::kind, Claim::verdict)
                .containsExactly(
                        tuple(Kind.TOPIC, Verdict.SUPPORTED),
                        tuple(Kind.NUMBER, Verdict.SUPPORTED),
                        tuple(Kind.CONSTRAINT, Verdict.SUPPORTED),
                        tuple(Kind.NUMBER, Verdict.SUPPORTED),
                        tuple(Kind.CONSTRAINT, Verdict.SUPPORTED),
                        tuple(Kind.FEATURE, Verdict.SUPPORTED),
                        tuple(Kind.CONSTRAINT, Verdict.SUPPORTED),
                        tuple(Kind.FEATURE, Verdict.SUPPORTED),
                        tuple(Kind.CONCLUSION, Verdict.SUPPORTED));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    Wants a backpack          | Wants a tent                       | TOPIC
                    Costs $45                 | Costs $46                          | NUMBER
                    Costs $45                 | Costs $4.5                         | NUMBER
                    900 g                     | 900 kg                             | NUMBER
                    about 32 oz               | about 31 oz                        | NUMBER
                    under $60                 | under $70                          | CONSTRAINT
                    under $60                 | not under $60                      | CONSTRAINT
                    under $60                 | over $60                           | CONSTRAINT
                    made of canvas            | made of felt                       | FEATURE
                    not leather               | not canvas                         | CONSTRAINT
                    , not leather             | , ruled out                        | CONSTRAINT
                    one missed                | all met                            | CONCLUSION
                    does not say whether it has a rain cover | laughs loudly       | UNREADABLE
                    """)
    void oneWrongWordIsFound(String right, String wrong, Kind kind) {
        List<Claim> claims = check(RIGHT.replace(right, wrong));

        assertThat(claims.stream().filter(claim -> claim.verdict() == Verdict.UNSUPPORTED))
                .singleElement()
                .satisfies(claim -> assertThat(claim.kind()).isEqualTo(kind));
    }

    @Test
    void otherFormsOfTheSameNumberAreTheSameClaim() {
        assertThat(check(RIGHT.replace("Costs $45", "costs 45 dollars").replace("within 40 oz", "within 40 ounces")))
                .allMatch(claim -> claim.verdict() == Verdict.SUPPORTED);
    }

    @Test
    void whatIsOwedAndNotSaidIsMissing() {
        assertThat(check("")).hasSize(9).allMatch(claim -> claim.verdict() == Verdict.MISSING);
        assertThat(check("Wants a backpack. Costs $45: one missed."))
                .filteredOn(claim -> claim.verdict() == Verdict.MISSING)
                .extracting(Claim::kind)
                .containsExactly(
                        Kind.CONSTRAINT, Kind.NUMBER, Kind.CONSTRAINT, Kind.FEATURE, Kind.CONSTRAINT, Kind.FEATURE);
    }

    @Test
    void repeatsAndUnaskedFactsEarnNothing() {
        String padded = RIGHT.replace("; weighs", "; costs $45, under $60; costs $45, under $60; weighs");

        assertThat(check(padded)).isEqualTo(check(RIGHT));
    }

    @Test
    void findingsOnWhatWasNotAskedAreHeldAgainstTheText() {
        assertThat(check(RIGHT.replace(": one missed", "; holds 20 litres, under 22 litres: one missed")))
                .filteredOn(claim -> claim.verdict() == Verdict.UNSUPPORTED)
                .extracting(Claim::text)
                .containsExactly("holds 20 litres", "under 22 litres");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theTeachersOwnExplanationsAreFaultlessAndThoseOfOtherPairsAreNot(long seed) {
        Storefront storefront = Storefront.generate(new StorefrontConfig(seed, 720, 60, 20, 40, 20));
        Dataset dataset = storefront.dataset();
        Teacher teacher = storefront.teacher();
        ExplanationChecker checker = storefront.checker();
        Faithfulness own = Faithfulness.NONE;
        Faithfulness swapped = Faithfulness.NONE;

        for (Query query : dataset.queries().values()) {
            List<Candidate> candidates = dataset.candidates(query.id(), 20);
            for (int i = 0; i < candidates.size(); i++) {
                Candidate candidate = candidates.get(i);
                Candidate other = candidates.get((i + 1) % candidates.size());
                String explanation =
                        teacher.teach(query, candidate).orElseThrow().explanation();
                List<Claim> claims = checker.check(query, candidate, explanation.toLowerCase(Locale.ROOT))
                        .orElseThrow();
                assertThat(claims)
                        .as("%s <- %s: %s", query.text(), candidate, explanation)
                        .allMatch(claim -> claim.verdict() == Verdict.SUPPORTED);
                own = own.with(explanation, claims);
                swapped = swapped.with(
                        explanation, checker.check(query, other, explanation).orElseThrow());
            }
        }

        assertThat(own.score()).isEqualTo(1);
        assertThat(own.faultlessShare()).isEqualTo(1);
        assertThat(swapped.score()).isLessThan(0.75);
        assertThat(swapped.faultlessShare()).isCloseTo(0, within(0.25));
    }

    @Test
    void nothingIsKnownOfOtherData() {
        assertThat(checker().check(new Query("other", "x"), new Candidate("p", "", "", 0, 1), RIGHT))
                .isEmpty();
    }

    private static ExplanationChecker checker() {
        return new StorefrontChecker(Catalogue.load(), Map.of("q", ASKED), Map.of("p", PRODUCT));
    }

    private static List<Claim> check(String explanation) {
        return checker()
                .check(ASKED.query(), new Candidate("p", "", "", 0, 1), explanation)
                .orElseThrow();
    }
}
