package rerank.trainer.learning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.trainer.learning.CanaryTrial.Decision;

class CanaryTrialTest {
    private static final CanaryTrial TRIAL = new CanaryTrial(50, 1000, 0.05, 0.9, 2.5, ClickWeights.DEFAULT);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void promotesWhatUsersLikeBetterAndWithdrawsWhatTheyLikeLess(long seed) {
        List<LoggedQuery> good = clicks(400, 0.6, seed);
        List<LoggedQuery> bad = clicks(400, 0.3, seed + 10);

        assertThat(decide(good, bad).decision()).isEqualTo(Decision.PROMOTE);
        assertThat(decide(bad, good).decision()).isEqualTo(Decision.ROLL_BACK);
        assertThat(decide(bad, good).figures().get("canaryDifference")).isNegative();
    }

    @Test
    void waitsForQueries() {
        assertThat(decide(clicks(40, 0.9, 1), clicks(400, 0.1, 2)).decision()).isEqualTo(Decision.WAIT);
        assertThat(decide(clicks(400, 0.9, 1), List.of()).decision()).isEqualTo(Decision.WAIT);
    }

    @Test
    void whatCannotBeToldApartIsDecidedByTheMeanAtLast() {
        CanaryTrial impatient = new CanaryTrial(50, 60, 0.05, 0.9, 2.5, ClickWeights.DEFAULT);

        assertThat(impatient
                        .decide(clicks(60, 0.5, 1), clicks(60, 0.5, 1), Propensities.NONE, 1)
                        .decision())
                .isEqualTo(Decision.PROMOTE);
    }

    /** A canary that is as good is seldom withdrawn. */
    @Test
    void chanceAloneSeldomWithdraws() {
        int withdrawn = 0;
        for (long seed = 0; seed < 40; seed++) {
            Decision decision =
                    decide(clicks(200, 0.5, seed), clicks(400, 0.5, seed + 1000)).decision();
            withdrawn += decision == Decision.ROLL_BACK ? 1 : 0;
        }
        assertThat(withdrawn).isLessThanOrEqualTo(8);
    }

    private static CanaryTrial.Finding decide(List<LoggedQuery> canary, List<LoggedQuery> active) {
        return TRIAL.decide(canary, active, Propensities.NONE, 1);
    }

    private static List<LoggedQuery> clicks(int queries, double rate, long seed) {
        var random = new SplittableRandom(seed);
        List<LoggedQuery> logged = new ArrayList<>();
        for (int q = 0; q < queries; q++) {
            logged.add(LoggedQueries.of(
                    "q" + q,
                    random.nextDouble() < rate ? LoggedQueries.click() : LoggedQueries.nothing(),
                    random.nextDouble() < rate / 2 ? LoggedQueries.click() : LoggedQueries.nothing()));
        }
        return logged;
    }
}
