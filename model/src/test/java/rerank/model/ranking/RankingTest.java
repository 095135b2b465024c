package rerank.model.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RankingTest {
    private static final Judgment UNJUDGED = new Judgment.Unjudged("no label");

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 50);
    }

    @Test
    void mixesTheLogOdds() {
        // first-stage scores scaled: a 1, b 0.25, c 0; judged: a 0.2, b 0.5, c 0.8, log-odds of 4: 1.386
        List<Candidate> candidates = List.of(candidate("a", 9, 1), candidate("b", 3, 2), candidate("c", 1, 3));
        List<Judgment> judgments = List.of(judged(0.8, 0, 0.2), judged(0, 1, 0), judged(0.2, 0, 0.8));

        assertThat(scored(Ranking.of(candidates, judgments, 0))).containsExactly("1 c 0.800", "2 b 0.500", "3 a 0.200");
        // a: (-1.386 + 4) / 2 = 1.307; b: (0 - 2) / 2; c: (1.386 - 4) / 2
        assertThat(scored(Ranking.of(candidates, judgments, 0.5)))
                .containsExactly("1 a 0.787", "2 b 0.269", "3 c 0.213");
        // 4, -2 and -4
        assertThat(scored(Ranking.of(candidates, judgments, 1))).containsExactly("1 a 0.982", "2 b 0.119", "3 c 0.018");
    }

    @Test
    void theFirstStageDecidesWhereTheModelIsUnsureAndNotWhereItIsSure() {
        List<Candidate> candidates = List.of(candidate("a", 9, 1), candidate("b", 1, 2));
        List<Judgment> unsure = List.of(judged(0.6, 0, 0.4), judged(0.4, 0, 0.6));
        List<Judgment> sure = List.of(judged(0.01, 0, 0.99), judged(0.0001, 0, 0.9999));

        assertThat(ids(Ranking.of(candidates, unsure, 0.2))).containsExactly("a", "b");
        assertThat(ids(Ranking.of(candidates, sure, 0.2))).containsExactly("b", "a");
    }

    @Test
    void putsUnjudgedCandidatesLastInFirstStageOrder() {
        List<Candidate> candidates = List.of(candidate("c", 1, 3), candidate("a", 9, 1), candidate("b", 9, 2));

        assertThat(ids(Ranking.of(candidates, List.of(judged(1, 0, 0), UNJUDGED, UNJUDGED), 0.9)))
                .containsExactly("c", "a", "b");
    }

    @Test
    void breaksTiesByTheFirstStage() {
        List<Candidate> candidates = List.of(candidate("c", 5, 3), candidate("a", 5, 1), candidate("b", 5, 2));
        List<Judgment> same = List.of(judged(0, 1, 0), judged(0, 1, 0), judged(0.5, 0, 0.5));

        assertThat(ids(Ranking.of(candidates, same, 0.3))).containsExactly("a", "b", "c");
    }

    @Test
    void ranksNothing() {
        assertThat(Ranking.of(List.of(), List.of(), 0.5).items()).isEmpty();
    }

    @Test
    void refusesListsThatDoNotMatchAndWeightsOutOfRange() {
        List<Candidate> one = List.of(candidate("a", 1, 1));

        assertThatThrownBy(() -> Ranking.of(one, List.of(), 0)).hasMessage("1 candidates but 0 judgments");
        for (double weight : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> Ranking.of(one, List.of(UNJUDGED), weight))
                    .hasMessage("first-stage weight must be in [0, 1], was " + weight);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void isAPermutationWithScoresInRange(long seed) {
        Random random = new Random(seed);
        List<Candidate> candidates = candidates(random);
        List<Judgment> judgments = judgments(random, candidates.size());

        Ranking ranking = Ranking.of(candidates, judgments, random.nextDouble());

        assertThat(ranking.items().stream().map(Ranking.Item::candidate))
                .containsExactlyInAnyOrderElementsOf(candidates);
        assertThat(ranking.items().stream().map(Ranking.Item::rank))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, candidates.size()).boxed().toList());
        for (Ranking.Item item : ranking.items()) {
            assertThat(item.score()).isBetween(0.0, 1.0);
            assertThat(item.judgment()).isSameAs(judgments.get(candidates.indexOf(item.candidate())));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void givesTheFirstStageOrderAtWeightOne(long seed) {
        Random random = new Random(seed);
        List<Candidate> candidates = candidates(random);

        Ranking ranking = Ranking.of(candidates, judgments(random, candidates.size()), 1);

        assertThat(ranking.items().stream().map(item -> item.candidate().firstStageRank()))
                .isSorted();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void neverPutsAWorseScoreAboveABetterOneAtWeightZero(long seed) {
        Random random = new Random(seed);
        List<Candidate> candidates = candidates(random);

        Ranking ranking = Ranking.of(candidates, judgments(random, candidates.size()), 0);

        List<Ranking.Item> judged =
                ranking.items().stream().filter(Ranking.Item::isJudged).toList();
        assertThat(judged)
                .isSortedAccordingTo(Comparator.comparingDouble((Ranking.Item item) ->
                                -((Judgment.Judged) item.judgment()).labels().score())
                        .thenComparing(item -> item.candidate().firstStageRank()));
        assertThat(ranking.items().subList(0, judged.size())).isEqualTo(judged);
    }

    private static List<Candidate> candidates(Random random) {
        List<Integer> ranks = new ArrayList<>(
                IntStream.rangeClosed(1, 1 + random.nextInt(12)).boxed().toList());
        Collections.shuffle(ranks, random);
        double scale = Math.pow(10, random.nextInt(617) - 308);
        return ranks.stream()
                .map(rank -> candidate("d" + rank, (random.nextInt(9) - 4) * scale / 5, rank))
                .toList();
    }

    private static List<Judgment> judgments(Random random, int count) {
        return IntStream.range(0, count)
                .<Judgment>mapToObj(i -> switch (random.nextInt(4)) {
                    case 0 -> UNJUDGED;
                    case 1 -> judged(0, 1, 0);
                    default ->
                        new Judgment.Judged(
                                LabelDistribution.ofLogits(
                                        (float) random.nextGaussian(), (float) random.nextGaussian(), (float)
                                                random.nextGaussian()),
                                "");
                })
                .toList();
    }

    private static Candidate candidate(String id, double score, int rank) {
        return new Candidate(id, "", "", score, rank);
    }

    private static Judgment judged(double p0, double p1, double p2) {
        return new Judgment.Judged(new LabelDistribution(p0, p1, p2), "");
    }

    private static List<String> ids(Ranking ranking) {
        return ranking.items().stream().map(item -> item.candidate().docId()).toList();
    }

    private static List<String> scored(Ranking ranking) {
        return ranking.items().stream()
                .map(item -> item.rank() + " " + item.candidate().docId() + " "
                        + String.format(java.util.Locale.ROOT, "%.3f", item.score()))
                .toList();
    }
}
