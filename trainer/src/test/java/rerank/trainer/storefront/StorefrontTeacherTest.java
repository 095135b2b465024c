package rerank.trainer.storefront;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Document;
import rerank.trainer.storefront.Constraint.Having;
import rerank.trainer.storefront.Constraint.Limit;
import rerank.trainer.storefront.Constraint.Wanted;
import rerank.trainer.storefront.Product.Fact;
import rerank.trainer.storefront.Value.Choice;
import rerank.trainer.storefront.Value.Feature;
import rerank.trainer.storefront.Value.Quantity;
import rerank.trainer.teacher.Lesson;
import rerank.trainer.teacher.Teacher;

class StorefrontTeacherTest {
    private static final ShoppingQuery ASKED = new ShoppingQuery(
            new Query("q", "a backpack under $60 that fits a 15-inch laptop, not leather, with a rain cover"),
            "backpack",
            "backpack",
            List.of(
                    new Limit("price", Comparison.LESS, new Quantity(600, Unit.DOLLAR), null, false, "$60"),
                    new Limit("laptop", Comparison.AT_LEAST, new Quantity(150, Unit.INCH), null, true, "15 inches"),
                    new Wanted("material", "leather", true),
                    new Having("rain-cover", true)));

    @Test
    void goesThroughTheConstraintsOneByOne() {
        assertThat(lesson("45 dollars", 450, 160, "canvas", true))
                .isEqualTo(new Lesson(
                        2,
                        "Wants a backpack. Costs 45 dollars, under $60; fits laptops up to 16 inches, enough for 15 inches;"
                                + " is made of canvas, not leather; has a rain cover as wanted: all met."));
        assertThat(lesson("$75", 750, 160, "canvas", true))
                .isEqualTo(new Lesson(
                        1,
                        "Wants a backpack. Costs $75, not under $60; fits laptops up to 16 inches, enough for 15 inches;"
                                + " is made of canvas, not leather; has a rain cover as wanted: one missed."));
        assertThat(lesson("$45", 450, 140, "leather", false))
                .isEqualTo(
                        new Lesson(
                                0,
                                "Wants a backpack. Costs $45, under $60; fits laptops up to 14 inches, too small for 15 inches;"
                                        + " is made of leather, ruled out; has no rain cover, though wanted: more than one missed."));
    }

    @Test
    void saysWhatTheTextDoesNotSay() {
        Product silent = new Product("backpack", "rucksack", Map.of(), new Document("p", "", ""));

        assertThat(teach(silent))
                .isEqualTo(new Lesson(
                        0,
                        "Wants a backpack. Does not say the price; does not say the laptop size; does not say the"
                                + " material; does not say whether it has a rain cover: more than one missed."));
    }

    @Test
    void comparesAcrossUnitsAndQuotesBothAsTheyAreWritten() {
        ShoppingQuery light = new ShoppingQuery(
                new Query("q", "a backpack under 1 kg"),
                "backpack",
                "backpack",
                List.of(new Limit("weight", Comparison.LESS, new Quantity(10, Unit.KG), null, false, "1 kg")));
        Product product = new Product(
                "backpack",
                "rucksack",
                Map.of("weight", new Fact(new Quantity(20, Unit.LB), "2 pounds")),
                new Document("p", "", ""));
        Teacher teacher = new StorefrontTeacher(Catalogue.load(), Map.of("q", light), Map.of("p", product));

        assertThat(teacher.teach(light.query(), new Candidate("p", "", "", 0, 1)))
                .contains(new Lesson(2, "Wants a backpack. Weighs 2 pounds, under 1 kg: all met."));
    }

    @Test
    void namesTheOtherThing() {
        Product tent = new Product("tent", "dome tent", Map.of(), new Document("p", "", ""));

        assertThat(teach(tent)).isEqualTo(new Lesson(0, "Wants a backpack, but this is a dome tent."));
    }

    @Test
    void lookalikesAreOtherThingsThatMissTheFewestConstraints() {
        Storefront storefront = Storefront.generate(new StorefrontConfig(4, 1200, 60, 20, 40, 20));

        int none = 0;

        for (Query query : storefront.dataset().queries("train")) {
            ShoppingQuery asked = storefront.query(query.id());
            List<String> lookalikes = storefront.teacher().lookalikes(query);

            assertThat(lookalikes).doesNotHaveDuplicates();
            none += lookalikes.isEmpty() ? 1 : 0;
            int most = 0;
            for (String id : lookalikes) {
                Product product = storefront.products().get(id);
                assertThat(product.category()).isNotEqualTo(asked.category());
                most = Math.max(most, asked.missed(product, 9));
            }
            assertThat(most).isLessThan(asked.constraints().size());
            for (Product product : storefront.products().values()) {
                if (!product.category().equals(asked.category()) && asked.missed(product, 9) < most) {
                    assertThat(lookalikes).contains(product.id());
                }
            }
        }
        assertThat(none).as("queries for what one kind of thing alone has").isLessThan(15);
        assertThat(storefront.teacher().lookalikes(new Query("nobody's", "a tent")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void explanationsNameOnlyEvidenceInTheTextAndAgreeWithTheLabel(long seed) {
        Storefront storefront = Storefront.generate(new StorefrontConfig(seed, 720, 60, 20, 40, 20));
        Dataset dataset = storefront.dataset();
        Teacher teacher = storefront.teacher();

        for (Query query : dataset.queries().values()) {
            for (Candidate candidate : dataset.candidates(query.id(), 20)) {
                Lesson lesson = teacher.teach(query, candidate).orElseThrow();
                String text = candidate.title() + " " + candidate.text();
                assertThat(evidence(lesson.explanation()))
                        .as("%s <- %s: %s", query.text(), text, lesson.explanation())
                        .allSatisfy(word -> assertThat(text).contains(word));
                assertThat(labelSaid(lesson.explanation()))
                        .as(lesson.explanation())
                        .isEqualTo(lesson.label());
                assertThat(lesson.explanation().split(" ").length).isLessThanOrEqualTo(45);
            }
        }
    }

    /** The numbers and words that findings quote: what stands before the comparison. */
    private static List<String> evidence(String explanation) {
        List<String> words = new ArrayList<>();
        if (!explanation.contains(". ")) {
            return words;
        }
        String findings = explanation.substring(explanation.indexOf(". ") + 2, explanation.lastIndexOf(": "));
        for (String finding : findings.split("; ")) {
            String quoted = finding.replaceAll(",.*", "");
            Matcher number = Pattern.compile("[0-9]+(\\.[0-9])?").matcher(quoted);
            if (quoted.toLowerCase(java.util.Locale.ROOT).startsWith("does not say")) {
                continue;
            }
            words.add(number.find() ? number.group() : lastWord(quoted.replace(" as wanted", "")));
        }
        return words;
    }

    private static String lastWord(String phrase) {
        String[] words = phrase.replaceAll(
                        " (on a charge|of power|tall|wide|people|persons|ports|USB ports|pockets)$", "")
                .split(" ");
        return words[words.length - 1];
    }

    private static int labelSaid(String explanation) {
        return explanation.endsWith("all met.") ? 2 : explanation.endsWith(": one missed.") ? 1 : 0;
    }

    private static Lesson lesson(String price, long priceTenths, long laptopTenths, String material, boolean hasCover) {
        Map<String, Fact> facts = new LinkedHashMap<>();
        facts.put("price", new Fact(new Quantity(priceTenths, Unit.DOLLAR), price));
        facts.put("laptop", new Fact(new Quantity(laptopTenths, Unit.INCH), laptopTenths / 10 + " inches"));
        facts.put("material", new Fact(new Choice(material), material));
        facts.put("rain-cover", new Fact(new Feature(hasCover), "rain cover"));
        return teach(new Product("backpack", "rucksack", facts, new Document("p", "", "")));
    }

    private static Lesson teach(Product product) {
        Teacher teacher = new StorefrontTeacher(Catalogue.load(), Map.of("q", ASKED), Map.of("p", product));
        return teacher.teach(ASKED.query(), new Candidate("p", "", "", 0, 1)).orElseThrow();
    }
}
