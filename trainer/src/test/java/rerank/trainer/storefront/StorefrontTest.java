package rerank.trainer.storefront;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.DatasetWriter;
import rerank.trainer.dataset.Document;
import rerank.trainer.storefront.Constraint.Having;
import rerank.trainer.storefront.Constraint.Limit;
import rerank.trainer.storefront.Constraint.Wanted;
import rerank.trainer.storefront.Product.Fact;
import rerank.trainer.storefront.Value.Choice;
import rerank.trainer.storefront.Value.Feature;
import rerank.trainer.storefront.Value.Quantity;

class StorefrontTest {
    /** Grams, centimetres, litres, minutes: conversions of our own, not those of the product. */
    private static final Map<String, Double> TO_BASE = Map.of(
            "KG", 1000.0, "OZ", 28.35, "LB", 453.59, "ML", 0.001, "FLOZ", 0.02957, "INCH", 2.54, "M", 100.0, "HOUR",
            60.0);

    @ParameterizedTest
    @ValueSource(longs = {1, 7})
    void equalSeedsMakeEqualDataAndOthersDoNot(long seed) {
        Dataset dataset = small(seed).dataset();

        assertThat(small(seed).dataset()).isEqualTo(dataset);
        assertThat(small(seed + 1).dataset().documents()).isNotEqualTo(dataset.documents());
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 3})
    void labelsAreThoseOfCheckingEveryAttributeOfEveryProduct(long seed) {
        Storefront storefront = small(seed);
        Dataset dataset = storefront.dataset();

        for (String split : Storefront.SPLITS) {
            Set<String> offered = productsOf(storefront, split);
            for (Query query : dataset.queries(split)) {
                ShoppingQuery asked = storefront.query(query.id());
                for (Product product : storefront.products().values()) {
                    int expected = offered.contains(product.id()) ? checkedLabel(asked, product) : 0;
                    assertThat(dataset.qrels(split).grade(query.id(), product.id()))
                            .as("%s <- %s", query.text(), product.document())
                            .isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void everyStatedFactIsInTheText(long seed) {
        assertThat(small(seed).products().values())
                .allSatisfy(product -> product.stated()
                        .forEach((attribute, fact) -> assertThat(allText(product.document()))
                                .as(attribute)
                                .contains(fact.shown())));
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void everyConstraintIsInTheQuery(long seed) {
        Storefront storefront = small(seed);

        for (Query query : storefront.dataset().queries().values()) {
            for (Constraint constraint : storefront.query(query.id()).constraints()) {
                if (constraint instanceof Wanted wanted) {
                    assertThat(query.text()).contains(wanted.word());
                } else if (constraint instanceof Limit limit) {
                    String number = Unit.number(limit.limit().tenths());
                    assertThat(query.text())
                            .matches(".*(?<![0-9.])(" + number + "(?![0-9])|\\Q" + limit.shown() + "\\E).*");
                }
            }
        }
    }

    @Test
    void everyQueryIsAnsweredInItsOwnSplitAndNotByHalfTheShop() {
        Storefront storefront = small(6);

        for (String split : Storefront.SPLITS) {
            for (Query query : storefront.dataset().queries(split)) {
                long answers = storefront.dataset().qrels(split).of(query.id()).values().stream()
                        .filter(grade -> grade == 2)
                        .count();
                assertThat(answers).as(query.text()).isBetween(1L, 12L);
            }
        }
    }

    @Test
    void splitsShareNoProductNoQueryAndNoTestCombination() {
        Storefront storefront = small(8);
        Dataset dataset = storefront.dataset();

        Map<String, Set<String>> products = Storefront.SPLITS.stream()
                .collect(Collectors.toMap(split -> split, split -> candidatesOf(dataset, split)));
        Map<String, Set<String>> texts = Storefront.SPLITS.stream()
                .collect(Collectors.toMap(
                        split -> split,
                        split ->
                                dataset.queries(split).stream().map(Query::text).collect(Collectors.toSet())));

        for (String split : List.of("train", "dev")) {
            assertThat(products.get(split)).doesNotContainAnyElementsOf(products.get("test"));
            assertThat(texts.get(split)).doesNotContainAnyElementsOf(texts.get("test"));
            assertThat(combinations(storefront, split)).doesNotContainAnyElementsOf(combinations(storefront, "test"));
        }
        assertThat(products.get("train")).doesNotContainAnyElementsOf(products.get("dev"));
        assertThat(combinations(storefront, "test")).isNotEmpty();
    }

    @Test
    void testQueriesDoNotDependOnHowMuchElseIsMade() {
        Dataset little =
                Storefront.generate(new StorefrontConfig(12, 720, 1, 1, 5, 20)).dataset();
        Dataset more = small(12).dataset();

        assertThat(little.documents()).isEqualTo(more.documents());
        assertThat(little.queries("test")).isEqualTo(more.queries("test").subList(0, 5));
        for (Query query : little.queries("test")) {
            assertThat(little.candidates(query.id(), 20)).isEqualTo(more.candidates(query.id(), 20));
            assertThat(little.qrels("test").of(query.id()))
                    .isEqualTo(more.qrels("test").of(query.id()));
        }
    }

    @Test
    void writesAndReadsAsAnyDataset(@TempDir Path directory) {
        Dataset dataset = small(13).dataset();

        DatasetWriter.write(dataset, directory, "bm25");

        Dataset read = Dataset.read(directory);
        assertThat(read.documents()).isEqualTo(dataset.documents());
        assertThat(read.queries()).isEqualTo(dataset.queries());
        assertThat(read.metadata()).isEqualTo(dataset.metadata());
        assertThat(read.qrels()).isEqualTo(dataset.qrels());
        for (String queryId : dataset.queries().keySet()) {
            assertThat(read.firstStage().docIds(queryId))
                    .isEqualTo(dataset.firstStage().docIds(queryId));
        }
    }

    @Test
    void textsAreAsLongAsASmallModelReads() {
        Dataset dataset = small(9).dataset();

        assertThat(dataset.documents().values())
                .allSatisfy(document -> assertThat(words(document.text())).isBetween(35, 75));
        assertThat(dataset.queries().values())
                .allSatisfy(query -> assertThat(words(query.text())).isBetween(6, 25));
    }

    @Test
    void noPlaceholderIsLeftInAnyText() {
        Storefront storefront = small(10);
        Dataset dataset = storefront.dataset();

        assertThat(dataset.documents().values())
                .allSatisfy(document -> assertThat(allText(document)).doesNotContain("{", "}", "%"));
        assertThat(dataset.queries().values())
                .allSatisfy(query -> assertThat(query.text()).doesNotContain("{", "}", "%"));
    }

    @Test
    void wordingIsVaried() {
        Dataset dataset = small(11).dataset();

        Set<String> shapes = new HashSet<>();
        dataset.documents().values().forEach(document -> shapes.add(shape(document.text())));
        Set<String> queryShapes = new HashSet<>();
        dataset.queries().values().forEach(query -> queryShapes.add(shape(query.text())));

        assertThat(shapes).hasSize(dataset.documents().size());
        assertThat(queryShapes.size()).isGreaterThan(dataset.queries().size() * 9 / 10);
    }

    @Test
    void sizesTooSmallAreRefused() {
        assertThatThrownBy(() -> new StorefrontConfig(1, 10, 1, 1, 1, 1)).hasMessageContaining("at least 600, was 10");
        assertThatThrownBy(() -> new StorefrontConfig(1, 600, 0, 1, 1, 1)).hasMessageContaining("were 0, 1, 1 and 1");
    }

    private static Storefront small(long seed) {
        return Storefront.generate(new StorefrontConfig(seed, 720, 120, 30, 50, 20));
    }

    private static int checkedLabel(ShoppingQuery asked, Product product) {
        if (!product.category().equals(asked.category())) {
            return 0;
        }
        int missed = 0;
        for (Constraint constraint : asked.constraints()) {
            Fact fact = product.stated().get(constraint.attribute());
            boolean isMet;
            if (fact == null) {
                isMet = false;
            } else if (constraint instanceof Limit limit) {
                double value = base((Quantity) fact.value());
                double bound = base(limit.limit());
                isMet = switch (limit.comparison()) {
                    case LESS -> value < bound - 1e-9;
                    case AT_MOST -> value <= bound + 1e-9;
                    case MORE -> value > bound + 1e-9;
                    case AT_LEAST -> value >= bound - 1e-9;
                    case BETWEEN -> value >= bound - 1e-9 && value <= base(limit.upper()) + 1e-9;
                };
            } else if (constraint instanceof Wanted wanted) {
                isMet = ((Choice) fact.value()).word().equals(wanted.word()) == !wanted.isRuledOut();
            } else {
                isMet = ((Feature) fact.value()).isPresent() == ((Having) constraint).isWanted();
            }
            missed += isMet ? 0 : 1;
        }
        return missed == 0 ? 2 : missed == 1 ? 1 : 0;
    }

    private static double base(Quantity quantity) {
        return quantity.tenths() / 10.0 * TO_BASE.getOrDefault(quantity.unit().name(), 1.0);
    }

    /** The products that a split's judgements and candidates name, which the whole split is made of. */
    private static Set<String> productsOf(Storefront storefront, String split) {
        Set<String> products = candidatesOf(storefront.dataset(), split);
        storefront.dataset().qrels(split).grades().values().forEach(judged -> products.addAll(judged.keySet()));
        return products;
    }

    private static Set<String> candidatesOf(Dataset dataset, String split) {
        return dataset.queries(split).stream()
                .flatMap(query -> dataset.firstStage().docIds(query.id()).stream())
                .collect(Collectors.toSet());
    }

    private static Set<String> combinations(Storefront storefront, String split) {
        return storefront.dataset().queries(split).stream()
                .map(query -> storefront.query(query.id()))
                .filter(query -> query.constraints().size() > 1)
                .map(ShoppingQuery::combination)
                .collect(Collectors.toSet());
    }

    private static String allText(Document document) {
        return document.title() + " " + document.text();
    }

    private static int words(String text) {
        return text.split(" ").length;
    }

    private static String shape(String text) {
        return text.replaceAll("[0-9.]+", "#");
    }
}
