package rerank.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static rerank.topology.TopologyRig.docIds;
import static rerank.topology.TopologyRig.query;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.schemas.Experience;
import rerank.schemas.Impression;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.topology.Exploration.Draw;
import rerank.topology.Judging.Placement;

class ExplorationTest {
    private static final int QUERIES = 40_000;

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.01, 0.2, 1})
    void exploresTheShareOfQueriesThatItIsTold(double share) {
        double explored =
                draws(share, 10).stream().filter(draw -> draw.rank() > 0).count() / (double) QUERIES;

        // Four standard deviations of a proportion of so many.
        assertThat(explored).isCloseTo(share, within(4 * Math.sqrt(share * (1 - share) / QUERIES)));
    }

    @Test
    void tossesAFairCoinAtEveryRankAlike() {
        Map<Integer, List<Draw>> byRank =
                draws(0.5, 6).stream().filter(draw -> draw.rank() > 0).collect(Collectors.groupingBy(Draw::rank));

        assertThat(byRank.keySet()).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
        byRank.forEach((rank, draws) -> {
            double swapped = draws.stream().filter(Draw::swapped).count() / (double) draws.size();
            assertThat(draws.size()).isCloseTo(QUERIES / 10, within((int) (4 * Math.sqrt(QUERIES * 0.09))));
            assertThat(swapped).as("rank %d", rank).isCloseTo(0.5, within(4 * Math.sqrt(0.25 / draws.size())));
        });
    }

    @Test
    void drawsTheSameForTheSameQuery() {
        assertThat(draws(0.3, 8)).isEqualTo(draws(0.3, 8));
    }

    @Test
    void aLargerShareKeepsTheQueriesOfASmallerOne() {
        List<Draw> few = draws(0.1, 8);
        List<Draw> many = draws(0.4, 8);

        IntStream.range(0, QUERIES)
                .filter(i -> few.get(i).rank() > 0)
                .forEach(i -> assertThat(many.get(i)).isEqualTo(few.get(i)));
    }

    @Test
    void swapsNeighboursAndLogsTheirPropensities() {
        Exploration always = new Exploration(1);
        for (int i = 0; i < 200; i++) {
            List<RankedItem> items = items(5, 0);

            Draw draw = always.explore("q" + i, items, 50);

            List<String> expected = new ArrayList<>(List.of("d1", "d2", "d3", "d4", "d5"));
            if (draw.swapped()) {
                java.util.Collections.swap(expected, draw.rank() - 1, draw.rank());
            }
            assertThat(items).extracting(RankedItem::getDocId).isEqualTo(expected);
            assertThat(items).extracting(RankedItem::getRank).containsExactly(1, 2, 3, 4, 5);
            for (RankedItem item : items) {
                boolean drawn = item.getRank() == draw.rank() || item.getRank() == draw.rank() + 1;
                assertThat(item.getPropensity()).isEqualTo(drawn ? 0.5 : 1.0);
            }
        }
    }

    @Test
    void neverTouchesUnjudgedResultsNorThoseBelowTheDeepest() {
        Exploration always = new Exploration(1);
        for (int i = 0; i < 200; i++) {
            assertThat(always.explore("q" + i, items(3, 4), 50).rank()).isBetween(1, 2);
            assertThat(always.explore("q" + i, items(9, 0), 4).rank()).isBetween(1, 3);
            assertThat(always.explore("q" + i, items(1, 5), 50)).isEqualTo(Draw.NONE);
            assertThat(always.explore("q" + i, items(0, 0), 50)).isEqualTo(Draw.NONE);
        }
    }

    @Test
    void refusesWhatIsNoShare() {
        assertThatThrownBy(() -> new Exploration(1.1)).hasMessageContaining("share must lie in [0, 1], was 1.1");
        assertThatThrownBy(() -> new Exploration(Double.NaN)).hasMessageContaining("NaN");
    }

    @Test
    void logsWhatChanceDidInTheRankingAndInTheExperience() {
        Attribution attribution = new Attribution(true, Duration.ofMinutes(1), 50, 0);
        try (TopologyRig rig = new TopologyRig(TopologyRig.with(Placement.OWNER, attribution, new Exploration(1)))) {
            int swaps = 0;
            for (int i = 0; i < 20; i++) {
                RankedResults answer = answered(rig, "q" + i);
                boolean firstTwo = answer.getExploredRank() == 1;
                assertThat(answer.getExploredRank()).isBetween(1, 2); // c and b, or b and a; topK cuts off the rest
                assertThat(docIds(answer))
                        .isEqualTo(
                                !answer.getSwapped()
                                        ? List.of("c", "b", "a")
                                        : firstTwo ? List.of("b", "c", "a") : List.of("c", "a", "b"));
                swaps += answer.getSwapped() ? 1 : 0;
            }
            assertThat(swaps).isBetween(1, 19);

            rig.advance(Duration.ofMinutes(1));

            List<Experience> experiences = rig.experiences();
            assertThat(experiences).hasSize(20).allSatisfy(experience -> {
                assertThat(experience.getExploredRank()).isBetween(1, 2);
                assertThat(experience.getImpressions())
                        .extracting(Impression::getPropensity)
                        .containsOnlyOnce(1.0);
            });
            assertThat(experiences).extracting(Experience::getSwapped).contains(true, false);
        }
    }

    @Test
    void leavesTheFirstStagesOrderAloneWhenTheModelIsTurnedOff() {
        RerankSettings on = TopologyRig.with(Placement.OWNER, Attribution.OFF, new Exploration(1));
        RerankSettings off = new RerankSettings(
                on.topics(),
                on.limits(),
                on.timing(),
                on.judging(),
                new Answering(java.util.Optional.empty(), 2, OptionalDouble.of(1)),
                on.attribution(),
                on.exploration());
        try (TopologyRig rig = new TopologyRig(off)) {
            for (int i = 0; i < 20; i++) {
                RankedResults answer = answered(rig, "q" + i);

                assertThat(docIds(answer)).containsExactly("a", "b", "c");
                assertThat(answer.getExploredRank()).isZero();
            }
        }
    }

    /** A query with topK 3 of four candidates. */
    private static RankedResults answered(TopologyRig rig, String queryId) {
        rig.send(query(queryId, 4).setTopK(3));
        rig.sendCandidates(queryId, "a", "b", "c", "d");
        rig.engine.judge("a", 0.3);
        rig.engine.judge("b", 0.5);
        rig.engine.judge("c", 0.9);
        rig.engine.judge("d", 0.1);
        rig.tick();
        return rig.answer();
    }

    private static List<Draw> draws(double share, int results) {
        Exploration exploration = new Exploration(share);
        return IntStream.range(0, QUERIES)
                .mapToObj(i -> exploration.draw("query-" + i, results))
                .toList();
    }

    private static List<RankedItem> items(int judged, int unjudged) {
        return IntStream.rangeClosed(1, judged + unjudged)
                .mapToObj(rank -> RankedItem.newBuilder()
                        .setRank(rank)
                        .setDocId("d" + rank)
                        .setScore(1.0 / rank)
                        .setFirstStageScore(0)
                        .setFirstStageRank(rank)
                        .setJudged(rank <= judged)
                        .build())
                .collect(Collectors.toCollection(ArrayList::new));
    }
}
