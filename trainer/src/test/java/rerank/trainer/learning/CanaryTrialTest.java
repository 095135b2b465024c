package rerank.trainer.learning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.trainer.learning.CanaryTrial.Decision;

/** Users who read position k with probability 1 / k, queries of which some have eight documents to click and most have one. */
class CanaryTrialTest {
    private static final CanaryTrial TRIAL = new CanaryTrial(30, 1000, 0.1, 0.9, 8, ClickWeights.DEFAULT);
    private static final int DOCUMENTS = 12;
    private static final OffPolicy OFF_POLICY = new OffPolicy(8, ClickWeights.DEFAULT);
    private static final Propensities PROPENSITIES = propensities();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void promotesABetterOrderAndWithdrawsAWorseOne(long seed) {
        assertThat(trial(0.3, 2, 300, seed).decision()).isEqualTo(Decision.PROMOTE);
        CanaryTrial.Finding worse = trial(2, 0.3, 300, seed);
        assertThat(worse.decision()).isEqualTo(Decision.ROLL_BACK);
        assertThat(worse.figures().get("canaryDifference")).isNegative();
    }

    @Test
    void waitsForQueriesOfBothAndJudgesNothingBefore() {
        CanaryTrial.Reordered never = new CanaryTrial.Reordered() {
            @Override
            public double[] byCanary() {
                throw new AssertionError("too early");
            }

            @Override
            public double[] byActive() {
                throw new AssertionError("too early");
            }
        };
        List<LoggedQuery> many = served(50, 1, new Random(1));
        List<LoggedQuery> few = served(20, 1, new Random(2));

        assertThat(TRIAL.decide(few, many, never, PROPENSITIES, 1).decision()).isEqualTo(Decision.WAIT);
        assertThat(TRIAL.decide(many, few, never, PROPENSITIES, 1).decision()).isEqualTo(Decision.WAIT);
    }

    @Test
    void withoutDocumentsToCompareTheSamplesDecideAndTheMostQueriesEndIt() {
        CanaryTrial brief = new CanaryTrial(30, 40, 0.1, 0.9, 8, ClickWeights.DEFAULT);
        CanaryTrial.Reordered nothing = given(new double[0], new double[0]);

        CanaryTrial.Finding some =
                brief.decide(served(35, 1, new Random(1)), served(35, 1, new Random(2)), nothing, PROPENSITIES, 1);
        CanaryTrial.Finding all =
                brief.decide(served(40, 1, new Random(1)), served(40, 1, new Random(2)), nothing, PROPENSITIES, 1);

        assertThat(some.decision()).isEqualTo(Decision.WAIT);
        assertThat(some.reason()).contains("the experience holds no clicked documents");
        assertThat(some.figures()).doesNotContainKey("canaryDifference");
        assertThat(all.decision()).isEqualTo(Decision.PROMOTE);
    }

    @Test
    void whatCannotBeToldApartIsDecidedByTheMeanAtLast() {
        CanaryTrial impatient = new CanaryTrial(30, 40, 0.1, 0.9, 8, ClickWeights.DEFAULT);

        assertThat(impatient
                        .decide(
                                served(40, 1, new Random(1)),
                                served(40, 1, new Random(2)),
                                given(new double[] {1, -1, 0}, new double[] {1, -1, 0}),
                                PROPENSITIES,
                                1)
                        .decision())
                .isEqualTo(Decision.PROMOTE);
    }

    /** Harder queries are not the canary's fault: forty queries each, and an order that is better. */
    @Test
    void chanceSeldomWithdrawsABetterCanary() {
        int withdrawn = 0;
        int bySamples = 0;
        for (long seed = 0; seed < 60; seed++) {
            CanaryTrial.Finding finding = trial(0.8, 1.2, 40, seed);
            withdrawn += finding.decision() == Decision.ROLL_BACK ? 1 : 0;
            bySamples += finding.figures().get("canaryClickUtility")
                            < finding.figures().get("activeClickUtility")
                    ? 1
                    : 0;
        }
        assertThat(withdrawn).isLessThanOrEqualTo(4);
        assertThat(bySamples)
                .as("times that the two samples alone point the wrong way")
                .isGreaterThan(3 * withdrawn);
    }

    /** Clicks on nothing say nothing of orders; that there are so few does. */
    @Test
    void aCanaryThatUsersLeaveAloneIsWithdrawn() {
        List<LoggedQuery> ignored = new ArrayList<>(served(4, 1, new Random(1)));
        for (int q = 0; q < 96; q++) {
            ignored.add(LoggedQueries.of("i" + q, LoggedQueries.nothing(), LoggedQueries.nothing()));
        }

        CanaryTrial.Finding finding = TRIAL.decide(
                ignored,
                served(100, 1, new Random(3)),
                given(new double[] {0, 0}, new double[] {0, 0}),
                PROPENSITIES,
                1);

        assertThat(finding.decision()).isEqualTo(Decision.ROLL_BACK);
        assertThat(finding.reason()).contains("less than half");
    }

    /** A trial of a canary whose scores have one noise, beside a version whose scores have another. */
    private static CanaryTrial.Finding trial(double canaryNoise, double activeNoise, int queries, long seed) {
        Random random = new Random(seed);
        List<LoggedQuery> canary = served(queries, canaryNoise, random);
        List<LoggedQuery> active = served(queries, activeNoise, random);
        CanaryTrial.Reordered reordered =
                given(differences(active, canaryNoise, random), differences(canary, activeNoise, random));
        return TRIAL.decide(canary, active, reordered, PROPENSITIES, seed);
    }

    private static CanaryTrial.Reordered given(double[] byCanary, double[] byActive) {
        return new CanaryTrial.Reordered() {
            @Override
            public double[] byCanary() {
                return byCanary;
            }

            @Override
            public double[] byActive() {
                return byActive;
            }
        };
    }

    /** A document is worth clicking if its id says so. */
    private static double worth(Impression impression) {
        return impression.candidate().docId().startsWith("good") ? 1 : 0;
    }

    private static List<LoggedQuery> served(int queries, double noise, Random random) {
        List<LoggedQuery> served = new ArrayList<>();
        for (int q = 0; q < queries; q++) {
            int good = random.nextInt(4) == 0 ? 8 : 1;
            List<String> ids = new ArrayList<>();
            for (int d = 0; d < DOCUMENTS; d++) {
                ids.add((d < good ? "good" : "poor") + q + "-" + d);
            }
            List<double[]> scores = new ArrayList<>();
            for (int d = 0; d < DOCUMENTS; d++) {
                scores.add(new double[] {(d < good ? 1 : 0) + noise * random.nextGaussian(), d});
            }
            scores.sort(Comparator.comparingDouble((double[] score) -> -score[0]));
            List<Impression> impressions = new ArrayList<>();
            for (int k = 0; k < DOCUMENTS; k++) {
                String id = ids.get((int) scores.get(k)[1]);
                boolean isRead = random.nextDouble() < 1.0 / (k + 1);
                boolean isClicked = isRead && random.nextDouble() < (id.startsWith("good") ? 0.8 : 0.1);
                impressions.add(LoggedQueries.impression(
                        id, k + 1, 0.5, isClicked ? LoggedQueries.click() : LoggedQueries.nothing()));
            }
            served.add(new LoggedQuery(
                    new rerank.model.ranking.Query("q" + q, "question"),
                    rerank.model.ranking.Mode.LABEL,
                    "v",
                    0,
                    0,
                    impressions));
        }
        return served;
    }

    private static double[] differences(List<LoggedQuery> logged, double noise, Random random) {
        ToDoubleFunction<Impression> score = impression -> worth(impression) + noise * random.nextGaussian();
        List<double[]> found = new ArrayList<>();
        for (LoggedQuery query : logged) {
            if (query.impressions().stream()
                    .anyMatch(impression -> !impression.actions().isEmpty())) {
                double[] scores =
                        query.impressions().stream().mapToDouble(score).toArray();
                found.add(OFF_POLICY.difference(query.impressions(), scores, PROPENSITIES));
            }
        }
        double mean = found.stream().mapToDouble(each -> each[1]).average().orElse(1);
        return found.stream().mapToDouble(each -> each[0] / mean).toArray();
    }

    private static Propensities propensities() {
        List<Propensities.Position> positions = new ArrayList<>();
        for (int k = 1; k <= DOCUMENTS; k++) {
            positions.add(new Propensities.Position(1.0 / k, 1.0 / k, 1.0 / k, 100, Double.NaN, Double.NaN));
        }
        return new Propensities(positions);
    }
}
