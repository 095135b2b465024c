package rerank.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.trainer.SharedData;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;

class EvaluationReportTest {
    private static final Qrels QRELS = new Qrels(Map.of(
            "found", Map.of("a", 1),
            "missing", Map.of("a", 1),
            "nothing-relevant", Map.of("a", 0)));

    @Test
    void meansGoOverTheQueriesWithARelevantDocument() {
        Run run = new Run(Map.of("found", List.of(new Run.Ranked("x", 2), new Run.Ranked("a", 1))));

        EvaluationReport report = EvaluationReport.of(run, QRELS);

        assertThat(report.queries()).isEqualTo(2);
        assertThat(report.queriesWithoutRelevant()).isEqualTo(1);
        assertThat(report.mean("mrr10")).isCloseTo((0.5 + 0) / 2, within(1e-12));
        assertThat(report.mean("recall10")).isCloseTo(0.5, within(1e-12));
        assertThat(report.perQuery().get("found").get("mrr10")).isEqualTo(0.5);
    }

    @Test
    void unknownMeasuresAreAnsweredWithTheKnownOnes() {
        EvaluationReport report = EvaluationReport.of(new Run(Map.of()), QRELS);

        assertThatThrownBy(() -> report.mean("bleu")).hasMessageContaining("[ndcg10, mrr10, map, recall10]");
    }

    @Test
    void reportsOverDifferentQueriesAreNotCompared() {
        EvaluationReport all = EvaluationReport.of(new Run(Map.of()), QRELS);
        EvaluationReport one = EvaluationReport.of(new Run(Map.of()), QRELS.only(java.util.Set.of("found")));

        assertThatThrownBy(() -> all.pValue(one, "ndcg10", 1)).hasMessageContaining("2 and 1 queries");
    }

    /** The figures stated with the data sets, where ties do not matter: theirs are in the order of the rank column. */
    @Tag("shared")
    @ParameterizedTest
    @CsvSource({
        "medquad, test, 0.6054, 963, 0",
        "medquad, dev, 0.5997, 1009, 0",
        "medquad, liveqa, 0.2962, 60, 26",
        "cranfield, test, 0.3880, 45, 0",
        "cisi, test, 0.358, 76, 0"
    })
    void firstStageFiguresAreThoseOfTheDataSets(
            String name, String split, double ndcg, int queries, int withoutRelevant) {
        Dataset dataset = Dataset.read(SharedData.dataset(name));

        EvaluationReport report = EvaluationReport.of(dataset.firstStage(), dataset.qrels(split));

        assertThat(report.mean("ndcg10")).isCloseTo(ndcg, within(6e-4));
        assertThat(report.queries()).isEqualTo(queries);
        assertThat(report.queriesWithoutRelevant()).isEqualTo(withoutRelevant);
    }
}
