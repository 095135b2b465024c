package rerank.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import rerank.model.ranking.Mode;

class EvaluationTest {
    @Test
    void theKeysOfTheChosenModeAreAtTheTop() {
        JsonNode json = new ObjectMapper().valueToTree(SmallEvaluation.report(5, 2));

        assertThat(List.of("command", "data", "queries", "pairs", "mode", "modelVersion", "latencyMillis"))
                .allSatisfy(key -> assertThat(json.has(key)).as(key).isTrue());
        assertThat(json.path("mode").textValue()).isEqualTo("justify");
        assertThat(json.at("/firstStage/mrr10").doubleValue()).isEqualTo(0.5);
        // Four queries with the relevant document first, one with it last of three.
        assertThat(json.at("/reranked/mrr10").doubleValue()).isCloseTo((4 + 1 / 3.0) / 5, within(1e-12));
        assertThat(json.at("/recallAt/justify/1").doubleValue()).isCloseTo(0.8, within(1e-12));
        assertThat(json.at("/calibration/pairs").intValue()).isEqualTo(15);
        assertThat(json.at("/scores/model/tied").doubleValue()).isEqualTo(10.0 / 15);
    }

    @Test
    void aModeWithoutLabelsHasNoCalibration() {
        EvalReport report = SmallEvaluation.report(Mode.LISTWISE, List.of(Mode.LABEL), 5, 0);
        JsonNode json = new ObjectMapper().valueToTree(report);

        assertThat(json.has("calibration")).isFalse();
        assertThat(json.at("/modes/listwise").has("calibration")).isFalse();
        assertThat(json.at("/modes/label/calibration/pairs").intValue()).isEqualTo(15);
        assertThat(json.at("/modes/listwise/unjudged").intValue()).isEqualTo(5);
        assertThat(json.at("/modes/listwise/scores/served/scores").intValue()).isEqualTo(10);
        assertThat(new EvalPage(report).html())
                .contains("listwise, served", "Reliability of label")
                .doesNotContain("listwise, model", "Reliability of listwise");
    }

    @Test
    void labelsAreMixedWithMoreOrLessOfTheFirstStage() {
        EvalReport report = SmallEvaluation.report(Mode.LABEL, List.of(Mode.LISTWISE), 5, 0);

        assertThat(report.firstStageWeights()).containsOnlyKeys("label");
        assertThat(report.firstStageWeights().get("label").get("0.0"))
                .isEqualTo(report.figures().reranked().ndcg10());
        assertThat(report.firstStageWeights().get("label").get("1.0"))
                .isEqualTo(report.figures().firstStage().ndcg10());
        assertThat(new EvalPage(report).html()).contains("More or less of the first stage");
    }

    @Test
    void aVerdictSaysWhetherItHelpsOrDoesHarm() {
        assertThat(SmallEvaluation.evaluation(30, 1).verdict())
                .startsWith("Here label is better than the first stage (+0.")
                .contains("over 30 queries, p = 0.0");
        assertThat(SmallEvaluation.evaluation(30, 30).verdict())
                .startsWith("Here label does harm (-0.")
                .contains("rerank.first.stage.weight");
        assertThat(SmallEvaluation.evaluation(3, 1).verdict()).startsWith("These queries cannot tell label from");
    }

    @Test
    void whatAModeExplainsIsWhatIsChecked() {
        EvalReport report = SmallEvaluation.report(5, 2);

        FaithfulnessFigures top = report.modes().get("justify").faithfulness();
        FaithfulnessFigures all = report.modes().get("explain").faithfulness();
        assertThat(top.explanations()).isEqualTo(5);
        assertThat(top.score()).isEqualTo(0.8);
        assertThat(all.explanations()).isEqualTo(2 * 3);
        assertThat(all.kinds().get("topic").supported()).isEqualTo(2);
        assertThat(report.modes().get("label").faithfulness()).isNull();
    }

    @Test
    void aModeOverFewerQueriesIsComparedOverThose() {
        EvalReport report = SmallEvaluation.report(5, 2);

        assertThat(report.figures().others().get("explain").queries()).isEqualTo(2);
        assertThat(report.figures().others().get("label").queries()).isNull();
        assertThat(report.sameQueries().queries()).isEqualTo(2);
        assertThat(report.sameQueries().systems().get("explain").ndcg10()).isEqualTo(1);
        assertThat(report.differences())
                .filteredOn(difference -> difference.system().equals("explain")
                        || difference.than().equals("explain"))
                .hasSize(3)
                .allMatch(difference -> difference.queries() == 2);
    }

    @Test
    void overTheSameQueriesThereIsOneTable() {
        EvalReport report = SmallEvaluation.report(3, 0);

        assertThat(report.sameQueries()).isNull();
        assertThat(report.figures().others()).containsOnlyKeys("explain", "label");
        assertThat(report.differences()).hasSize(6);
    }

    @Test
    void theWorstQueryIsTheOneThatLostMost() {
        EvalReport report = SmallEvaluation.report(5, 2);

        WorstQuery worst = report.worst().get(0);
        assertThat(worst.figures().id()).isEqualTo("q4");
        assertThat(worst.figures().delta()).isNegative();
        assertThat(worst.top()).extracting(WorstQuery.Shown::docId).containsExactly("d1", "d3", "d2");
        assertThat(worst.top().get(2).grade()).isEqualTo(2);
        assertThat(report.perQuery()).hasSize(5);
    }
}
