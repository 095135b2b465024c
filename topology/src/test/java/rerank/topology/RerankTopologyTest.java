package rerank.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static rerank.topology.TopologyRig.candidate;
import static rerank.topology.TopologyRig.candidatesOf;
import static rerank.topology.TopologyRig.docIds;
import static rerank.topology.TopologyRig.query;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.schemas.CandidateEvent;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;
import rerank.topology.Judging.Placement;
import rerank.topology.inference.Outcome;

/** What holds wherever pairs are judged. */
class RerankTopologyTest {
    @ParameterizedTest
    @EnumSource
    void ranksByWhatTheModelFound(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 3));
            rig.sendCandidates("q", "a", "b", "c");
            rig.engine.judge("a", 0.1);
            rig.engine.judge("c", 0.9, "it is about lamps");
            rig.engine.judge("b", 0.5);
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(docIds(answer)).containsExactly("c", "b", "a");
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.COMPLETE);
            assertThat(answer.getReason()).isEmpty();
            assertThat(answer.getMode()).isEqualTo("label");
            assertThat(answer.getModelVersion()).isEqualTo("tiny-0001");
            assertThat(answer.getPromptVersion()).isEqualTo("compact-v1");
            assertThat(answer.getCandidatesExpected()).isEqualTo(3);
            assertThat(answer.getCandidatesReceived()).isEqualTo(3);
            assertThat(answer.getCandidatesJudged()).isEqualTo(3);
            RankedItem first = answer.getItems().get(0);
            assertThat(first.getRank()).isEqualTo(1);
            assertThat(first.getTitle()).isEqualTo("title of c");
            assertThat(first.getJudged()).isTrue();
            assertThat(first.getLabel()).isEqualTo(2);
            assertThat(first.getScore()).isEqualTo(0.9);
            assertThat(first.getFirstStageRank()).isEqualTo(3);
            assertThat(first.getFirstStageScore()).isEqualTo(1.0);
            assertThat(first.getExplanation()).isEqualTo("it is about lamps");
            assertThat(first.getModelVersion()).isEqualTo("tiny-0001");
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesCandidatesThatComeBeforeTheirQuery(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.sendCandidates("q", "a", "b");
            assertThat(rig.engine.asked()).isEmpty();

            rig.send(query("q", 2));

            assertThat(rig.engine.pairs())
                    .extracting(pair -> pair.candidate().text())
                    .containsExactlyInAnyOrder("text of a", "text of b");
            rig.engine.judge("a", 0.2);
            rig.engine.judge("b", 0.8);
            rig.tick();
            assertThat(docIds(rig.answer())).containsExactly("b", "a");
        }
    }

    @ParameterizedTest
    @EnumSource
    void waitsForTheLastCandidateWhenTheirNumberIsUnknown(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", -1));
            rig.sendCandidates("q", "a");
            rig.engine.judge("a", 0.5);
            rig.tick();
            assertThat(rig.answers()).isEmpty();

            rig.sendLast("q");

            assertThat(rig.answer().getStatus()).isEqualTo(RankingStatus.COMPLETE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void remembersTheLastFlagThatCameBeforeTheQuery(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.sendCandidates("q", "a");
            rig.sendLast("q");

            rig.send(query("q", -1));
            rig.engine.judge("a", 0.5);
            rig.tick();

            assertThat(rig.answer().getStatus()).isEqualTo(RankingStatus.COMPLETE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersAQueryWithoutCandidatesAtOnce(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("none", 0));
            assertThat(rig.answer()).satisfies(answer -> {
                assertThat(answer.getStatus()).isEqualTo(RankingStatus.COMPLETE);
                assertThat(answer.getItems()).isEmpty();
            });

            rig.send(query("announced", -1));
            rig.sendLast("announced");
            assertThat(rig.answer().getStatus()).isEqualTo(RankingStatus.COMPLETE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsQueriesApartWhoseIdsBeginAlike(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 1));
            rig.send(query("q\u0000|", 1));
            rig.send(query("q1", 1));
            rig.sendCandidates("q", "|a");
            rig.sendCandidates("q\u0000|", "a");
            rig.sendCandidates("q1", "1a");
            for (String docId : List.of("|a", "a", "1a")) {
                rig.engine.judge(docId, 0.5);
            }
            rig.tick();

            assertThat(rig.answers())
                    .extracting(
                            RankedResults::getQueryId, answer -> docIds(answer).toString())
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple("q", "[|a]"),
                            org.assertj.core.groups.Tuple.tuple("q\u0000|", "[a]"),
                            org.assertj.core.groups.Tuple.tuple("q1", "[1a]"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void ignoresWhatComesTwice(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 2));
            rig.send(query("q", 2));
            rig.sendCandidates("q", "a", "a");
            rig.sendCandidates("q", "a");
            assertThat(rig.engine.asked()).containsExactly("a");

            rig.sendCandidates("q", "b");
            rig.engine.judge("a", 0.9);
            rig.engine.judge("b", 0.1);
            rig.tick();
            rig.send(query("q", 2));

            assertThat(docIds(rig.answer())).containsExactly("a", "b");
            assertThat(rig.counters.snapshot().duplicateQueries()).isEqualTo(2);
            assertThat(rig.counters.snapshot().duplicateCandidates()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersAtTheDeadlineWithWhatIsThere(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 4).setDeadlineMs(TopologyRig.START_MS + 500));
            rig.sendCandidates("q", "first", "second", "third");
            rig.engine.judge("third", 0.3);
            rig.tick();
            rig.advance(Duration.ofMillis(490));
            assertThat(rig.answers()).isEmpty();

            rig.advance(Duration.ofMillis(10));

            RankedResults answer = rig.answer();
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.PARTIAL);
            assertThat(answer.getReason())
                    .isEqualTo("the deadline came when 3 of 4 candidates had arrived;"
                            + " 2 candidates not judged before the deadline");
            assertThat(docIds(answer)).containsExactly("third", "first", "second");
            assertThat(answer.getItems())
                    .extracting(RankedItem::getUnjudgedReason)
                    .containsExactly("", "not judged before the deadline", "not judged before the deadline");
            assertThat(answer.getItems()).extracting(RankedItem::getLabel).containsExactly(0, -1, -1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void usesTheWorkersTimeoutWhenAQueryHasNoDeadline(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", -1));
            rig.advance(Duration.ofMillis(9_995));
            assertThat(rig.answers()).isEmpty();

            rig.advance(Duration.ofMillis(5));

            assertThat(rig.answer().getReason())
                    .isEqualTo("the deadline came before the end of the candidates was announced");
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersAtOnceWhenTheDeadlineHasPassed(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(candidatesOf("q", candidate("weak", 0.1), candidate("strong", 7)));

            rig.send(query("q", 5).setDeadlineMs(1));

            RankedResults answer = rig.answer();
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.PARTIAL);
            assertThat(answer.getReason()).startsWith("the deadline had passed when the query came");
            assertThat(docIds(answer)).containsExactly("strong", "weak");
            assertThat(rig.engine.asked()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void isNotCompleteWhenTheEngineLetAPairExpire(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 1).setDeadlineMs(TopologyRig.START_MS + 100));
            rig.sendCandidates("q", "a");
            rig.engine.settle("a", new Outcome.Expired());
            rig.tick();
            assertThat(rig.answers()).isEmpty();

            rig.advance(Duration.ofMillis(100));

            assertThat(rig.answer().getStatus()).isEqualTo(RankingStatus.PARTIAL);
        }
    }

    @ParameterizedTest
    @EnumSource
    void marksACandidateTheModelHadNothingToSayAbout(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 2));
            rig.sendCandidates("q", "a", "b");
            rig.engine.answer("a", new Judgment.Unjudged("no label in the completion"));
            rig.engine.judge("b", 0.1);
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(docIds(answer)).containsExactly("b", "a");
            assertThat(answer.getItems().get(1).getJudged()).isFalse();
            assertThat(answer.getItems().get(1).getUnjudgedReason()).isEqualTo("no label in the completion");
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.COMPLETE);
            assertThat(answer.getCandidatesJudged()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void reproducesTheFirstStageWhenTheModelHasNoWeight(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.engine.identity = new PairJudge.Identity("off", "compact-v1", Mode.LABEL, Map.of(Mode.LABEL, 1.0));
            rig.send(query("q", 3));
            rig.send(candidatesOf("q", candidate("low", -1), candidate("high", 12), candidate("tied", -1)));
            rig.engine.judge("low", 1);
            rig.engine.answer("high", new Judgment.Unjudged("nothing"));
            rig.engine.judge("tied", 0.5);
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(docIds(answer)).containsExactly("high", "low", "tied");
            assertThat(answer.getFirstStageWeight()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void cutsTheAnswerToTheResultsWanted(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 3).setTopK(2));
            rig.sendCandidates("q", "a", "b", "c");
            rig.engine.judge("a", 0.1);
            rig.engine.judge("b", 0.9);
            rig.engine.judge("c", 0.5);
            rig.tick();

            assertThat(docIds(rig.answer())).containsExactly("b", "c");
        }
    }

    @ParameterizedTest
    @EnumSource
    void explainsBeforeTheLabelInExplainMode(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 1).setMode("Explain").setInstruction("find causes"));
            rig.sendCandidates("q", "a");

            assertThat(rig.engine.pairs()).singleElement().satisfies(pair -> {
                assertThat(pair.task()).isEqualTo(Pair.Task.EXPLAIN);
                assertThat(pair.query().instruction()).isEqualTo("find causes");
            });
            rig.engine.judge("a", 0.7, "because");
            rig.tick();
            assertThat(rig.answer()).satisfies(answer -> {
                assertThat(answer.getMode()).isEqualTo("explain");
                assertThat(answer.getItems().get(0).getExplanation()).isEqualTo("because");
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersInTheCheckpointsModeWhereItDoesNotOfferTheOneAskedFor(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.engine.identity = new PairJudge.Identity(
                    "encoder-1",
                    "pair-v1",
                    Mode.CROSS_ENCODER,
                    Set.of(Mode.CROSS_ENCODER),
                    Map.of(Mode.CROSS_ENCODER, 0.25));
            rig.send(query("q", 1).setMode("justify").setExplainTop(3));
            rig.sendCandidates("q", "a");
            rig.engine.judge("a", 0.7);
            rig.tick();

            assertThat(rig.answer()).satisfies(answer -> {
                assertThat(answer.getStatus()).isEqualTo(RankingStatus.COMPLETE);
                assertThat(answer.getMode()).isEqualTo("cross-encoder");
                assertThat(answer.getRequestedMode()).isEqualTo("justify");
                assertThat(answer.getFirstStageWeight()).isEqualTo(0.25);
            });
            assertThat(rig.counters.snapshot().queriesInAnotherMode()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void saysWhichModeWasAskedFor(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("named", 0).setMode("LABEL"));
            RankedResults named = rig.answer();
            rig.send(query("not-named", 0));
            RankedResults notNamed = rig.answer();

            assertThat(named.getRequestedMode()).isEqualTo("label");
            assertThat(notNamed.getRequestedMode()).isEmpty();
            assertThat(rig.counters.snapshot().queriesInAnotherMode()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void holdsNothingOnceEveryoneIsAnsweredAndForgotten(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("complete", 1).setMode("justify"));
            rig.sendCandidates("complete", "a");
            rig.engine.judge("a", 0.7);
            rig.tick();
            rig.engine.judge("a", 0.7, "because");
            rig.tick();
            rig.send(query("partial", 2));
            rig.sendCandidates("partial", "b", "c");
            rig.sendCandidates("orphan", "d");
            rig.send(query("past", 2).setDeadlineMs(1));
            rig.advance(Duration.ofSeconds(10));
            assertThat(rig.answers()).hasSize(3);

            rig.engine.asked().forEach(docId -> rig.engine.settle(docId, new Outcome.Expired()));
            rig.advance(Duration.ofSeconds(20));
            rig.advance(Duration.ofSeconds(60));

            assertThat(rig.entriesInStores()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersTheSameIdAgainOnceItIsForgotten(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 0));
            rig.advance(Duration.ofSeconds(61));

            rig.send(query("q", 0));

            assertThat(rig.answers()).hasSize(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void givesUpCandidatesWhoseQueryNeverComes(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.sendCandidates("nobody", "a", "b");
            rig.advance(Duration.ofSeconds(30));

            var letters = rig.letters();
            assertThat(letters).hasSize(2);
            assertThat(TopologyRig.header(letters.get(0), DeadLetter.REASON)).isEqualTo("its query did not come");
            CandidateEvent event = rig.serde(CandidateEvent.class)
                    .deserializer()
                    .deserialize(rig.topics.candidates(), letters.get(0).value());
            assertThat(event).isEqualTo(candidatesOf("nobody", candidate("a", 2)));
        }
    }
}
