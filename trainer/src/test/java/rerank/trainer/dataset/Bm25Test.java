package rerank.trainer.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class Bm25Test {
    private static final List<Document> DOCUMENTS = List.of(
            new Document("b", "", "a lamp"),
            new Document("a", "", "a lamp"),
            new Document("rare", "Moths", "the moth and a lamp"),
            new Document("other", "", "nothing of it"));

    @Test
    void ranksByRareSharedStemsAndTiesInTheOrderGiven() {
        try (Bm25 firstStage = new Bm25(DOCUMENTS)) {
            List<Run.Ranked> ranked = firstStage.search("lamps for moths", 10);

            assertThat(ranked.stream().map(Run.Ranked::docId)).containsExactly("rare", "b", "a");
            assertThat(ranked.get(1).score()).isEqualTo(ranked.get(2).score());
        }
    }

    @Test
    void respectsTheLimitAndStopWordsFindNothing() {
        try (Bm25 firstStage = new Bm25(DOCUMENTS)) {
            assertThat(firstStage.search("lamp", 1)).hasSize(1);
            assertThat(firstStage.search("the of and", 10)).isEmpty();
        }
    }
}
