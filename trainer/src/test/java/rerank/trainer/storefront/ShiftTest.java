package rerank.trainer.storefront;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.storefront.StorefrontConfig.Customers;

class ShiftTest {
    private static final Shift SHIFT = Shift.of(Customers.SHIFTED);

    @Test
    void theUsualShopIsByteForByteWhatItWas() throws Exception {
        Dataset usual = Storefront.generate(new StorefrontConfig(1, 720, 60, 20, 40, 20))
                .dataset();

        String all = usual.documents() + "\n" + usual.queries() + "\n" + usual.qrels() + "\n" + usual.firstStage();

        assertThat(sha256(all)).isEqualTo("675a4a95f7ec107e066de736f7689c2b63a4e7c2d3072506544d7025e9169ffe");
    }

    @Test
    void customersUseWordsThatNoTextHas() {
        Dataset dataset = small().dataset();
        String shop = dataset.documents().values().stream()
                .map(document -> document.title() + " " + document.text())
                .collect(Collectors.joining("\n"));

        assertThat(SHIFT.words().values())
                .allSatisfy(word -> assertThat(shop).doesNotContainPattern("\\b" + word + "\\b"));
        for (Query query : dataset.queries().values()) {
            assertThat(SHIFT.words().keySet())
                    .as(query.text())
                    .noneMatch(word -> query.text().matches(".*\\b" + word + "\\b.*")
                            && !SHIFT.words().containsValue(word)
                            && SHIFT.words().values().stream().noneMatch(said -> said.contains(word)));
        }
    }

    @Test
    void articlesStayRight() {
        assertThat(SHIFT.inCustomersWords("need an orange backpack, not made of steel or steelwork"))
                .isEqualTo("need an amber carryall, not made of stainless or steelwork");
        assertThat(SHIFT.words())
                .allSatisfy((word, said) -> assertThat(startsWithVowel(said)).isEqualTo(startsWithVowel(word)));
    }

    @Test
    void aLikedMakerMakesUpForOneMissAndADislikedOneIsOneMore() {
        Storefront storefront = small();
        Set<Integer> seen = new java.util.HashSet<>();

        for (String split : Storefront.SPLITS) {
            Dataset dataset = storefront.dataset();
            for (Query query : dataset.queries(split)) {
                ShoppingQuery asked = storefront.query(query.id());
                for (String docId : dataset.firstStage().docIds(query.id())) {
                    Product product = storefront.products().get(docId);
                    String maker = dataset.document(docId).title().split(" ")[0];
                    int liking = SHIFT.likedMakers().contains(maker)
                            ? 1
                            : SHIFT.dislikedMakers().contains(maker) ? -1 : 0;
                    int met = 2 - asked.missed(product, 4);
                    int expected =
                            asked.category().equals(product.category()) ? Math.max(0, Math.min(2, met + liking)) : 0;
                    assertThat(dataset.qrels(split).grade(query.id(), docId)).isEqualTo(expected);
                    seen.add(liking);
                }
            }
        }

        assertThat(seen).containsExactlyInAnyOrder(-1, 0, 1);
    }

    @Test
    void aThirdOfTheProductsIsOfLikedMakersAndAThirdOfDislikedOnes() {
        List<Product> products = List.copyOf(small().products().values());

        double liked =
                products.stream().filter(product -> SHIFT.liking(product) > 0).count();
        double disliked =
                products.stream().filter(product -> SHIFT.liking(product) < 0).count();

        assertThat(liked / products.size()).isBetween(0.25, 0.42);
        assertThat(disliked / products.size()).isBetween(0.25, 0.42);
    }

    private static boolean startsWithVowel(String word) {
        return "aeiou".indexOf(word.charAt(0)) >= 0;
    }

    private static Storefront small() {
        return Storefront.generate(new StorefrontConfig(3, 720, 60, 20, 40, 20, Customers.SHIFTED));
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
