package rerank.trainer.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.FirstStageMix;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Ranking;

class FirstStageShareTest {
    private static final LabelDistribution LABELS = new LabelDistribution(0.2, 0.3, 0.5);

    /** Served with a weight, the first stage's part is found again, and makes the served order of another model's scores. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 0.3, 0.9})
    void whatIsLeftOfAServedScoreIsTheFirstStages(double weight) {
        var share = new FirstStageShare(Map.of(Mode.LABEL, weight));
        List<Candidate> candidates = List.of(
                new Candidate("a", "", "", 3, 1), new Candidate("b", "", "", 2, 2), new Candidate("c", "", "", -1, 3));
        Judgment judged = new Judgment.Judged(LABELS, "");

        Ranking served = Ranking.of(candidates, List.of(judged, judged, judged), weight);

        double[] scaled = {1, 0.75, 0};
        for (int i = 0; i < 3; i++) {
            double score = served.items().get(i).score();
            Impression impression = LoggedQueries.impression("d", i + 1, score, List.of());
            double offset = share.offset(Mode.LABEL, impression);
            assertThat(offset).isCloseTo(8 * weight * (scaled[i] - 0.5), within(1e-6));
            assertThat(share.scale(Mode.LABEL) * FirstStageMix.logOdds(LABELS.score()) + offset)
                    .isCloseTo(FirstStageMix.logOdds(score), within(1e-6));
        }
    }

    @Test
    void whatWasNotJudgedHasNoShare() {
        var share = new FirstStageShare(Map.of(Mode.LABEL, 0.3));

        var unjudged = new Impression(new Candidate("d", "", "", 1, 1), 1, 0.4, null, "", "", List.of());

        assertThat(share.offset(Mode.LABEL, unjudged)).isZero();
    }
}
