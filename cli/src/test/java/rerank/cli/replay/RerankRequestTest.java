package rerank.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.DatasetException;
import rerank.trainer.dataset.Document;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;
import rerank.trainer.dataset.Run.Ranked;

class RerankRequestTest {
    @Test
    void takesTheFirstCandidatesOfQueriesThatHaveAny() {
        List<RerankRequest> requests = RerankRequest.of(dataset(), "test", 0, 1);

        assertThat(requests).extracting(request -> request.query().id()).containsExactly("q1", "q3", "q4", "q5");
        assertThat(requests.get(0).candidates())
                .singleElement()
                .satisfies(candidate -> assertThat(candidate.docId()).isEqualTo("b"));
    }

    /** Qrels are often sorted by the words of the query: the first would all be of one kind. */
    @Test
    void fewerQueriesAreSpreadOverAll() {
        assertThat(RerankRequest.of(dataset(), "test", 2, 1))
                .extracting(request -> request.query().id())
                .containsExactly("q1", "q4");
        assertThat(RerankRequest.of(dataset(), "test", 3, 1))
                .extracting(request -> request.query().id())
                .containsExactly("q1", "q3", "q4");
        assertThat(RerankRequest.of(dataset(), "test", 9, 1)).hasSize(4);
    }

    @Test
    void saysWhenTheRunHasNothingForTheSplit() {
        assertThatThrownBy(() -> RerankRequest.of(dataset(), "dev", 0, 10))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("no candidates")
                .hasMessageContaining("dev");
    }

    private static Dataset dataset() {
        Map<String, Query> queries = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> test = new LinkedHashMap<>();
        for (String id : List.of("q1", "q2", "q3", "q4", "q5")) {
            queries.put(id, new Query(id, "what is " + id));
            test.put(id, Map.of("a", 1));
        }
        List<Ranked> ranked = List.of(new Ranked("b", 2), new Ranked("a", 1));
        return new Dataset(
                "small",
                Map.of("a", new Document("a", "", "text a"), "b", new Document("b", "", "text b")),
                queries,
                Map.of(),
                Map.of("test", new Qrels(test), "dev", new Qrels(Map.of("q2", Map.of("a", 1)))),
                new Run(Map.of("q1", ranked, "q3", ranked, "q4", ranked, "q5", ranked)));
    }
}
