package rerank.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.ranking.Query;
import rerank.trainer.SharedData;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Document;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;
import rerank.trainer.storefront.Storefront;
import rerank.trainer.storefront.StorefrontConfig;

class LinearControlTest {
    private static final List<String> KINDS = List.of("cure", "cause", "sign");
    private static final List<String> ANSWERS = List.of("surgery", "virus", "fever");

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void learnsWhichWordsGoTogether(long seed) {
        Dataset dataset = wordsThatGoTogether(seed);

        LinearControl control = LinearControl.train(dataset, "train", 10, 5, seed);

        EvaluationReport firstStage = EvaluationReport.of(dataset.firstStage(), dataset.qrels("test"));
        EvaluationReport reranked = EvaluationReport.of(control.rerank(dataset, "test", 10), dataset.qrels("test"));
        assertThat(firstStage.mean("ndcg10")).isLessThan(0.8);
        assertThat(reranked.mean("ndcg10")).isCloseTo(1, within(1e-9));
    }

    @Test
    void equalSeedsGiveEqualScores() {
        Dataset dataset = wordsThatGoTogether(3);

        Run once = LinearControl.train(dataset, "train", 10, 2, 5).rerank(dataset, "test", 10);
        Run again = LinearControl.train(dataset, "train", 10, 2, 5).rerank(dataset, "test", 10);

        assertThat(again).isEqualTo(once);
    }

    @Test
    void staysFarBelowAPerfectOrderOnTheStorefront() {
        Dataset dataset = Storefront.generate(new StorefrontConfig(1, 1800, 1200, 1, 150, 50))
                .dataset();

        LinearControl control = LinearControl.train(dataset, "train", 50, 3, 1);

        Qrels qrels = dataset.qrels("test");
        double firstStage = EvaluationReport.of(dataset.firstStage(), qrels).mean("ndcg10");
        double linear =
                EvaluationReport.of(control.rerank(dataset, "test", 50), qrels).mean("ndcg10");
        double perfect =
                EvaluationReport.of(perfect(dataset.firstStage(), qrels), qrels).mean("ndcg10");
        assertThat(firstStage).isLessThan(perfect - 0.25);
        assertThat(linear).isLessThan(perfect - 0.25);
    }

    @Tag("shared")
    @Test
    void reachesTheFigureStatedWithTheMedicalQuestions() {
        Dataset dataset = Dataset.read(SharedData.dataset("medquad"));

        LinearControl control = LinearControl.train(dataset, "train", 30, 3, 1);

        double ndcg = EvaluationReport.of(control.rerank(dataset, "test", 50), dataset.qrels("test"))
                .mean("ndcg10");
        assertThat(ndcg).isCloseTo(0.848, within(0.015));
    }

    private static Run perfect(Run run, Qrels qrels) {
        Map<String, List<Run.Ranked>> sorted = new LinkedHashMap<>();
        run.rankings().forEach((queryId, ranked) -> {
            List<Run.Ranked> order = new ArrayList<>(ranked);
            order.sort(java.util.Comparator.comparingInt(document -> -qrels.grade(queryId, document.docId())));
            sorted.put(queryId, order);
        });
        return new Run(sorted);
    }

    /** Every query asks one of three kinds of thing, and the kind's own answer word tells the right document. */
    private static Dataset wordsThatGoTogether(long seed) {
        Random random = new Random(seed);
        Map<String, Document> documents = new LinkedHashMap<>();
        Map<String, Query> queries = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> train = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> test = new LinkedHashMap<>();
        Map<String, List<Run.Ranked>> run = new LinkedHashMap<>();
        for (int i = 0; i < 120; i++) {
            int kind = random.nextInt(KINDS.size());
            String queryId = "q" + i;
            queries.put(queryId, new Query(queryId, KINDS.get(kind) + " of topic" + i));
            List<Run.Ranked> ranked = new ArrayList<>();
            for (int answer = 0; answer < ANSWERS.size(); answer++) {
                String docId = "d" + i + "-" + answer;
                documents.put(docId, new Document(docId, "", "topic" + i + " " + ANSWERS.get(answer)));
                ranked.add(new Run.Ranked(docId, 3 - answer));
            }
            run.put(queryId, ranked);
            (i < 100 ? train : test).put(queryId, Map.of("d" + i + "-" + kind, 2));
        }
        return new Dataset(
                "made",
                documents,
                queries,
                Map.of(),
                Map.of("train", new Qrels(train), "test", new Qrels(test)),
                new Run(run));
    }
}
