package rerank.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rerank.cli.evaluation.ModeFigures;
import rerank.model.ranking.LabelDistribution;
import rerank.trainer.evaluation.Calibration;
import rerank.trainer.evaluation.GradedLabels;
import rerank.trainer.evaluation.ScoreDistribution;

class StudyReportTest {
    private static final StudySample SIZE = new StudySample("test", 8, 20);

    @Test
    void figuresAreMeansOverTheSeedsWithTheLowestAndTheHighest() {
        StudyReport.Served label = report().data().get(0).served().get(1);

        assertThat(label.name()).isEqualTo("label, served label");
        assertThat(label.ndcg10().mean()).isCloseTo(0.7, within(1e-12));
        assertThat(label.ndcg10().deviation()).isCloseTo(0.1, within(1e-12));
        assertThat(label.ndcg10().lowest()).isCloseTo(0.6, within(1e-12));
        assertThat(label.ndcg10().highest()).isCloseTo(0.8, within(1e-12));
        assertThat(label.trainedTokens().values()).containsExactly(1000.0, 1000.0, 1000.0);
    }

    @Test
    void armsAreTestedOverQueriesThatAreMeansOverTheSeedsAndComparedSeedBySeed() {
        RankingDifference difference = report().data().get(0).differences().stream()
                .filter(each -> each.system().equals("label, served label")
                        && each.than().equals("explain, served explain"))
                .findFirst()
                .orElseThrow();

        // The label arm is ahead by 0.3, 0.2 and 0.1 on each of 8 queries: but for all heads and all tails nothing is
        // as far off.
        assertThat(difference.bySeed().mean()).isCloseTo(0.2, within(1e-12));
        assertThat(difference.bySeed().lowest()).isCloseTo(0.1, within(1e-12));
        assertThat(difference.bySeed().highest()).isCloseTo(0.3, within(1e-12));
        assertThat(difference.p()).isCloseTo(2 / 256.0, within(0.003));
    }

    @Test
    void modesThatRankAlikeAreTestedOnce() {
        StudyReport.OfData data = StudyReport.OfData.of(
                "shop",
                controls(),
                List.of(StudyArm.of("justify")),
                List.of(run("justify", 1, Map.of("label", served(0.5, true), "justify", served(0.5, true)))));

        assertThat(data.served()).hasSize(2);
        assertThat(data.differences()).extracting(RankingDifference::system).containsOnly("justify, served label");
    }

    @Test
    void aFigureThatNoPairHasIsLeftOut() {
        String table = report().table();

        assertThat(report().data().get(0).served().get(0).ece().mean()).isNaN();
        assertThat(table.lines().filter(line -> line.contains("explain, served explain")))
                .anySatisfy(line ->
                        assertThat(line).contains("0.5000").contains("0.4000").contains(" - "));
        assertThat(table).contains("seeds 1, 2, 3; 8 queries").contains("+0.2000");
    }

    @Test
    void thePictureHasADotForEachSeedAndTheControls() {
        String svg = StudyPicture.svg(report());

        assertThat(svg).startsWith("<svg").contains("label, served label", "first stage", "shop, nDCG@10, 8 queries");
        assertThat(svg.split("<circle", -1)).hasSize(1 + 6);
    }

    @Test
    void aRunIsReadBackAsItWasWritten() throws IOException {
        ObjectMapper json = new ObjectMapper();
        ArmRun run = run("label", 3, Map.of("label", served(0.5, true)));

        assertThat(json.readValue(json.writeValueAsString(run), ArmRun.class)).isEqualTo(run);
    }

    private static StudyReport report() {
        List<ArmRun> runs = List.of(
                run("explain", 1, Map.of("explain", served(0.5, false))),
                run("explain", 2, Map.of("explain", served(0.4, false))),
                run("explain", 3, Map.of("explain", served(0.6, false))),
                run("label", 1, Map.of("label", served(0.8, true))),
                run("label", 2, Map.of("label", served(0.6, true))),
                run("label", 3, Map.of("label", served(0.7, true))));
        List<StudyArm> arms = List.of(StudyArm.of("explain"), StudyArm.of("label"));
        return StudyReport.of(
                List.of(StudyReport.OfData.of("shop", controls(), arms, runs)), List.of(1L, 2L, 3L), SIZE);
    }

    private static Controls controls() {
        return new Controls(SIZE, Map.of("first stage", queries(0.3)));
    }

    private static ArmRun run(String arm, long seed, Map<String, ArmRun.Served> served) {
        return new ArmRun(arm, seed, SIZE, 10, 1000, 0.5, served);
    }

    /** A mode that reaches this on every query, with labels for all pairs or for none. */
    private static ArmRun.Served served(double ndcg10, boolean isJudged) {
        Calibration calibration = Calibration.of(List.of(new GradedLabels(new LabelDistribution(0.2, 0.2, 0.6), 2)));
        ScoreDistribution scores = ScoreDistribution.of(List.of(new double[] {0.7}));
        return new ArmRun.Served(
                queries(ndcg10),
                4,
                new ModeFigures(
                        8, 160, 0, 3, isJudged ? calibration : null, new ModeFigures.Scores(scores, scores), null));
    }

    private static Map<String, Double> queries(double ndcg10) {
        Map<String, Double> queries = new LinkedHashMap<>();
        for (int i = 0; i < 8; i++) {
            queries.put("q" + i, ndcg10);
        }
        return queries;
    }
}
