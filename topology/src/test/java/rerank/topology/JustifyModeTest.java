package rerank.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static rerank.topology.TopologyRig.candidate;
import static rerank.topology.TopologyRig.candidatesOf;
import static rerank.topology.TopologyRig.docIds;
import static rerank.topology.TopologyRig.query;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Pair;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;
import rerank.topology.Judging.Placement;

/** Labels for all first, explanations for the top after. */
class JustifyModeTest {
    @ParameterizedTest
    @EnumSource
    void explainsOnlyTheTopAndOnlyWhenAllLabelsAreThere(Placement placement) {
        try (TopologyRig rig = judgedUpToTheLast(placement)) {
            assertThat(rig.engine.pairs()).extracting(Pair::task).containsOnly(Pair.Task.LABEL);

            rig.engine.judge("c", 0.8);
            rig.tick();

            assertThat(rig.answers()).isEmpty();
            assertThat(rig.engine.asked()).containsExactlyInAnyOrder("b", "c");
            assertThat(rig.engine.pairs()).allSatisfy(pair -> {
                assertThat(pair.task()).isEqualTo(Pair.Task.JUSTIFY);
                assertThat(pair.candidate().text())
                        .isEqualTo("text of " + pair.candidate().docId());
            });
            assertThat(rig.engine.pairs().stream()
                            .filter(pair -> pair.candidate().docId().equals("c"))
                            .map(pair -> pair.given().relevant()))
                    .containsExactly(0.8);

            rig.engine.judge("c", 0.1, "c because");
            rig.tick();
            assertThat(rig.answers()).isEmpty();
            rig.engine.judge("b", 0.1, "b because");
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.COMPLETE);
            assertThat(answer.getMode()).isEqualTo("justify");
            assertThat(docIds(answer)).containsExactly("b", "c", "a");
            assertThat(answer.getItems())
                    .extracting(RankedItem::getExplanation)
                    .containsExactly("b because", "c because", "");
            assertThat(answer.getItems()).extracting(RankedItem::getScore).containsExactly(0.9, 0.8, 0.1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersWithoutTheExplanationsThatMissTheDeadline(Placement placement) {
        try (TopologyRig rig = judgedUpToTheLast(placement)) {
            rig.engine.judge("c", 0.8);
            rig.tick();
            rig.engine.judge("b", 0.9, "b because");
            rig.tick();

            rig.advance(Duration.ofSeconds(10));

            RankedResults answer = rig.answer();
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.PARTIAL);
            assertThat(answer.getReason()).isEqualTo("1 candidate not explained before the deadline");
            assertThat(docIds(answer)).containsExactly("b", "c", "a");
            assertThat(answer.getItems()).extracting(RankedItem::getExplanation).containsExactly("b because", "", "");
            assertThat(answer.getItems()).allMatch(RankedItem::getJudged);
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersWithTheLabelWhenTheExplanationFails(Placement placement) {
        try (TopologyRig rig = judgedUpToTheLast(placement)) {
            rig.engine.judge("c", 0.8);
            rig.tick();

            rig.engine.fail("b", new IllegalStateException("no end in sight"));
            rig.engine.answer("c", new Judgment.Unjudged("empty"));
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(docIds(answer)).containsExactly("b", "c", "a");
            assertThat(answer.getItems()).allMatch(RankedItem::getJudged);
            assertThat(answer.getItems()).allMatch(item -> item.getExplanation().isEmpty());
            assertThat(rig.letters()).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void explainsNoMoreThanTheResultsShown(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 3).setMode("justify").setTopK(1).setExplainTop(3));
            rig.sendCandidates("q", "a", "b", "c");
            rig.engine.judge("a", 0.1);
            rig.engine.judge("b", 0.9);
            rig.engine.judge("c", 0.2);
            rig.tick();

            assertThat(rig.engine.asked()).containsExactly("b");
        }
    }

    @ParameterizedTest
    @EnumSource
    void explainsNothingWhenNothingIsWanted(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 1).setMode("justify").setExplainTop(0));
            rig.sendCandidates("q", "a");
            rig.engine.judge("a", 0.1);
            rig.tick();

            assertThat(rig.answer().getStatus()).isEqualTo(RankingStatus.COMPLETE);
            assertThat(rig.engine.asked()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesCandidatesOnceTheOrderIsFixed(Placement placement) {
        try (TopologyRig rig = judgedUpToTheLast(placement)) {
            rig.engine.judge("c", 0.8);
            rig.tick();

            rig.send(candidatesOf("q", candidate("late", 9)));

            assertThat(rig.letters())
                    .singleElement()
                    .satisfies(letter -> assertThat(TopologyRig.header(letter, DeadLetter.REASON))
                            .isEqualTo("1 candidates came too late: query q has its order fixed already"));
        }
    }

    private static TopologyRig judgedUpToTheLast(Placement placement) {
        TopologyRig rig = new TopologyRig(placement);
        rig.send(query("q", 3).setMode("justify"));
        rig.sendCandidates("q", "a", "b", "c");
        rig.engine.judge("a", 0.1);
        rig.engine.judge("b", 0.9);
        rig.tick();
        assertThat(List.copyOf(rig.engine.asked())).containsExactly("c");
        return rig;
    }
}
