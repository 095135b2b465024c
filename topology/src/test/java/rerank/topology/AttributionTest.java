package rerank.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static rerank.topology.TopologyRig.feedback;
import static rerank.topology.TopologyRig.header;
import static rerank.topology.TopologyRig.query;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;
import rerank.schemas.Experience;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.FeedbackKind;
import rerank.schemas.Impression;
import rerank.schemas.RankedResults;
import rerank.schemas.UserAction;
import rerank.topology.Judging.Placement;

/** Feedback in the whole graph: what was shown and what users did with it come out as experience. */
class AttributionTest {
    private static final Duration WINDOW = Duration.ofMinutes(5);
    private static final Attribution ATTRIBUTION = new Attribution(true, WINDOW, 3, 12);

    @ParameterizedTest
    @EnumSource
    void publishesWhatWasShownAndWhatUsersDidWhenTheWindowCloses(Placement placement) {
        try (TopologyRig rig = rig(placement, ATTRIBUTION)) {
            RankedResults answer = answered(rig, query("q", 3).setInstruction("moths first"));
            rig.send(feedback("q", "b", FeedbackKind.CLICK).setPosition(1).setUserHash("u1"));
            rig.advance(WINDOW.minusMillis(10));
            assertThat(rig.experiences()).isEmpty();

            rig.advance(Duration.ofMillis(10));

            Experience experience = rig.experience();
            assertThat(experience.getText()).isEqualTo("which lamp attracts moths");
            assertThat(experience.getInstruction()).isEqualTo("moths first");
            assertThat(experience.getMode()).isEqualTo("label");
            assertThat(experience.getModelVersion()).isEqualTo("tiny-0001");
            assertThat(experience.getPromptVersion()).isEqualTo("compact-v1");
            assertThat(experience.getShownAtMs()).isEqualTo(answer.getCompletedAtMs());
            assertThat(experience.getClosedAtMs()).isEqualTo(rig.clockMs());
            assertThat(experience.getImpressions())
                    .extracting(Impression::getDocId, Impression::getPosition, Impression::getScore)
                    .containsExactly(tuple("b", 1, 0.9), tuple("c", 2, 0.5), tuple("a", 3, 0.1));
            Impression first = experience.getImpressions().get(0);
            assertThat(first.getTitle()).isEqualTo("title of b");
            assertThat(first.getText()).isEqualTo("text of b");
            assertThat(first.getExplanation()).isEqualTo("it is about moths");
            assertThat(first.getFirstStageRank()).isEqualTo(2);
            assertThat(first.getFirstStageScore()).isEqualTo(2.0);
            assertThat(first.getLabel()).isEqualTo(2);
            assertThat(first.getLabelProbabilities()).hasSize(3).element(2).isEqualTo(0.9);
            assertThat(first.getModelVersion()).isEqualTo("tiny-0001");
            assertThat(first.getPropensity()).isEqualTo(1.0);
            assertThat(actions(experience)).containsExactly("b CLICK 0.0 u1");
            assertThat(rig.letters()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void publishesAnExperienceAlsoWhenNobodyDidAnything(Placement placement) {
        try (TopologyRig rig = rig(placement, ATTRIBUTION)) {
            answered(rig, query("q", 3));
            rig.send(query("empty", 0));

            rig.advance(WINDOW);

            assertThat(rig.experiences())
                    .extracting(
                            Experience::getQueryId,
                            experience -> actions(experience).toString())
                    .containsExactlyInAnyOrder(tuple("q", "[]"), tuple("empty", "[]"));
            assertThat(rig.counters.snapshot().feedback().windowsOpen()).isZero();
            rig.advance(Duration.ofMinutes(10));
            assertThat(rig.experiences()).isEmpty();
            assertThat(rig.entriesInStores()).isZero();
        }
    }

    @Test
    void takesEveryKindAndPutsTheOldestFirst() {
        try (TopologyRig rig = rig(Placement.OWNER, ATTRIBUTION)) {
            answered(rig, query("q", 3));
            rig.send(feedback("q", "b", FeedbackKind.GRADE).setValue(2).setAtMs(50));
            rig.send(feedback("q", "b", FeedbackKind.SAVE).setAtMs(40));
            rig.send(feedback("q", "b", FeedbackKind.DWELL).setValue(12.5).setAtMs(30));
            rig.send(feedback("q", "b", FeedbackKind.CLICK).setAtMs(20));
            rig.send(feedback("q", "a", FeedbackKind.DISMISS).setAtMs(10));

            rig.advance(WINDOW);

            assertThat(actions(rig.experience()))
                    .containsExactly("b CLICK 0.0 ", "b DWELL 12.5 ", "b SAVE 0.0 ", "b GRADE 2.0 ", "a DISMISS 0.0 ");
            assertThat(rig.counters.snapshot().feedback().attributed()).isEqualTo(5);
        }
    }

    @Test
    void keepsFeedbackThatComesBeforeItsRanking() {
        try (TopologyRig rig = rig(Placement.OWNER, ATTRIBUTION)) {
            rig.send(feedback("q", "a", FeedbackKind.CLICK).setPosition(3));
            rig.send(feedback("q", "nowhere", FeedbackKind.CLICK));
            answered(rig, query("q", 3));

            rig.advance(WINDOW);

            assertThat(actions(rig.experience())).containsExactly("a CLICK 0.0 ");
            assertThat(rig.letters())
                    .singleElement()
                    .satisfies(letter -> assertThat(header(letter, DeadLetter.REASON))
                            .startsWith("document nowhere is not among the 3 results of query q"));
        }
    }

    @Test
    void countsWhatComesTwiceOnce() {
        try (TopologyRig rig = rig(Placement.OWNER, ATTRIBUTION)) {
            rig.send(feedback("q", "a", FeedbackKind.CLICK).setAtMs(7));
            rig.send(feedback("q", "a", FeedbackKind.CLICK).setAtMs(7));
            answered(rig, query("q", 3));
            rig.send(feedback("q", "a", FeedbackKind.CLICK).setAtMs(7));
            rig.send(feedback("q", "a", FeedbackKind.CLICK).setAtMs(8));
            rig.send(feedback("q", "a", FeedbackKind.SAVE).setAtMs(7));
            rig.send(feedback("q", "a", FeedbackKind.CLICK).setAtMs(7).setUserHash("other"));
            rig.send(feedback("q", "b", FeedbackKind.CLICK).setAtMs(7));

            rig.advance(WINDOW);

            assertThat(actions(rig.experience()))
                    .containsExactly(
                            "b CLICK 0.0 ", "a CLICK 0.0 ", "a SAVE 0.0 ", "a CLICK 0.0 other", "a CLICK 0.0 ");
            assertThat(rig.counters.snapshot().feedback().duplicates()).isEqualTo(2);
            assertThat(rig.counters.snapshot().feedback().attributed()).isEqualTo(5);
            assertThat(rig.letters()).isEmpty();
        }
    }

    @Test
    void takesThePositionThatWasShownOverTheOneClaimed() {
        try (TopologyRig rig = rig(Placement.OWNER, ATTRIBUTION)) {
            answered(rig, query("q", 3));
            rig.send(feedback("q", "c", FeedbackKind.CLICK).setPosition(7).setAtMs(1));
            rig.send(feedback("q", "c", FeedbackKind.CLICK).setPosition(2).setAtMs(2));

            rig.advance(WINDOW);

            assertThat(rig.experience().getImpressions().get(1).getActions()).hasSize(2);
            assertThat(rig.counters.snapshot().feedback().positionsCorrected()).isEqualTo(1);
        }
    }

    @Test
    void takesTheRecordsTimeWhereTheEventHasNone() {
        try (TopologyRig rig = rig(Placement.OWNER, ATTRIBUTION)) {
            answered(rig, query("q", 3));
            rig.send("q", feedback("q", "c", FeedbackKind.CLICK), 4711);

            rig.advance(WINDOW);

            assertThat(rig.experience().getImpressions().get(1).getActions())
                    .extracting(UserAction::getAtMs)
                    .containsExactly(4711L);
        }
    }

    static Stream<Arguments> mistakes() {
        FeedbackKind click = FeedbackKind.CLICK;
        return Stream.of(
                Arguments.of(feedback("q", "z", click), "document z is not among the 3 results of query q"),
                Arguments.of(feedback("q", " ", click), "its docId is blank"),
                Arguments.of(feedback("q", "x".repeat(1001), click), "its docId has 1001 characters"),
                Arguments.of(feedback("q", "a", click).setPosition(-1), "its position -1 is negative"),
                Arguments.of(feedback("q", "a", click).setAtMs(-5), "its atMs -5 is negative"),
                Arguments.of(feedback("q", "a", click).setUserHash("u".repeat(129)), "its userHash has 129 characters"),
                Arguments.of(feedback("q", "a", click).setValue(Double.NaN), "its value NaN is not a finite number"),
                Arguments.of(feedback("q", "a", FeedbackKind.DWELL).setValue(-1), "its value -1.0 is negative"),
                Arguments.of(feedback("q", "a", FeedbackKind.GRADE).setValue(3), "its value 3.0 is not 0, 1 or 2"),
                Arguments.of(feedback("q", "a", FeedbackKind.UNKNOWN), "its kind is not one of"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void putsWhatIsWrongToTheDeadLetters(FeedbackEvent.Builder event, String reason) {
        try (TopologyRig rig = rig(Placement.OWNER, ATTRIBUTION)) {
            answered(rig, query("q", 3));

            rig.send(event);

            assertRefused(rig, event.build(), reason);
            rig.advance(WINDOW);
            assertThat(actions(rig.experience())).isEmpty();
        }
    }

    @Test
    void refusesAKeyThatIsNotTheQueryIdAndANullValue() {
        try (TopologyRig rig = rig(Placement.OWNER, ATTRIBUTION)) {
            FeedbackEvent.Builder event = feedback("q", "a", FeedbackKind.CLICK);

            rig.send("elsewhere", event, rig.clockMs());
            assertRefused(rig, event.build(), "the record's key is 'elsewhere'");

            rig.rawFeedback.pipeInput("q".getBytes(java.nio.charset.StandardCharsets.UTF_8), (byte[]) null);
            assertThat(header(rig.letters().get(0), DeadLetter.REASON)).startsWith("the value is null");
            assertThat(rig.counters.snapshot().feedback().refused()).isEqualTo(2);
        }
    }

    @Test
    void refusesFeedbackAfterTheWindowAndForQueriesNobodyKnows() {
        try (TopologyRig rig = rig(Placement.OWNER, ATTRIBUTION)) {
            answered(rig, query("q", 3));
            rig.advance(WINDOW);
            rig.experience();
            FeedbackEvent.Builder late = feedback("q", "a", FeedbackKind.CLICK).setAtMs(3);
            FeedbackEvent.Builder unknown =
                    feedback("never asked", "a", FeedbackKind.CLICK).setAtMs(4);

            rig.send(late);
            assertRefused(rig, late.build(), "it came too late: the window of query q is closed");

            rig.send(unknown);
            assertThat(rig.letters()).isEmpty();
            rig.advance(Duration.ofSeconds(30));
            assertRefused(rig, unknown.build(), "no ranking of its query came in time");
            assertThat(rig.experiences()).isEmpty();
        }
    }

    @Test
    void boundsTheActionsOfAQuery() {
        try (TopologyRig rig = rig(Placement.OWNER, ATTRIBUTION)) {
            answered(rig, query("q", 3));
            for (int i = 0; i <= Attributor.MAX_ACTIONS; i++) {
                rig.send(feedback("q", "a", FeedbackKind.CLICK).setAtMs(1 + i));
            }

            assertThat(header(rig.letters().get(0), DeadLetter.REASON)).startsWith("query q has 200 actions already");
            rig.advance(WINDOW);
            assertThat(actions(rig.experience())).hasSize(Attributor.MAX_ACTIONS);
        }
    }

    @Test
    void keepsOnlyTheTopAndCutsItsTexts() {
        try (TopologyRig rig = rig(Placement.OWNER, new Attribution(true, WINDOW, 2, 6))) {
            answered(rig, query("q", 3));
            rig.send(feedback("q", "a", FeedbackKind.CLICK));

            rig.advance(WINDOW);

            assertThat(rig.experience().getImpressions())
                    .extracting(Impression::getDocId, Impression::getText)
                    .containsExactly(tuple("b", "text o"), tuple("c", "text o"));
            assertThat(header(rig.letters().get(0), DeadLetter.REASON))
                    .contains("not among the 2 results", "rerank.feedback.max.impressions");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LABEL", "JUSTIFY"})
    void holdsNoTextsWhenToldSo(Mode mode) {
        try (TopologyRig rig = rig(Placement.OWNER, new Attribution(true, WINDOW, 50, 0))) {
            rig.engine.identity = new PairJudge.Identity("tiny-0001", "compact-v1", mode, Map.of());
            answered(rig, query("q", 3).setExplainTop(0));

            rig.advance(WINDOW);

            Experience experience = rig.experience();
            assertThat(experience.getText()).isEmpty();
            assertThat(experience.getImpressions()).hasSize(3).allSatisfy(impression -> {
                assertThat(impression.getTitle()).isEmpty();
                assertThat(impression.getText()).isEmpty();
                assertThat(impression.getExplanation()).isEmpty();
                assertThat(impression.getScore()).isPositive();
            });
        }
    }

    @Test
    void hasTheTextsOfCandidatesThatCameBeforeTheirQuery() {
        try (TopologyRig rig = rig(Placement.OWNER, ATTRIBUTION)) {
            rig.sendCandidates("q", "a");
            rig.send(query("q", 1));
            rig.engine.judge("a", 0.5);
            rig.tick();
            rig.answer();

            rig.advance(WINDOW);

            assertThat(rig.experience().getImpressions().get(0).getText()).isEqualTo("text of a");
        }
    }

    @Test
    void aSecondAnswerUnderTheSameIdEndsTheWindowOfTheFirst() {
        try (TopologyRig rig = rig(Placement.OWNER, ATTRIBUTION)) {
            answered(rig, query("q", 3));
            rig.send(feedback("q", "a", FeedbackKind.CLICK).setAtMs(1));
            rig.advance(Duration.ofSeconds(61)); // the mark that q is answered is gone
            answered(rig, query("q", 3));

            assertThat(actions(rig.experience())).containsExactly("a CLICK 0.0 ");
            rig.send(feedback("q", "b", FeedbackKind.CLICK).setAtMs(2));
            rig.advance(WINDOW);
            assertThat(actions(rig.experience())).containsExactly("b CLICK 0.0 ");
        }
    }

    @Test
    void readsNoFeedbackWhenItIsSwitchedOff() {
        try (TopologyRig rig = new TopologyRig(Placement.OWNER)) {
            answered(rig, query("q", 3));

            rig.advance(Duration.ofHours(1));

            assertThat(rig.driver.producedTopicNames()).doesNotContain("rerank.experience");
            assertThat(rig.entriesInStores()).isZero();
        }
    }

    private static TopologyRig rig(Placement placement, Attribution attribution) {
        return new TopologyRig(TopologyRig.with(placement, attribution, Exploration.NONE));
    }

    /** Has a query answered with b before c before a. */
    private static RankedResults answered(TopologyRig rig, rerank.schemas.QueryEvent.Builder query) {
        rig.send(query);
        rig.sendCandidates(query.getQueryId(), "a", "b", "c");
        rig.engine.judge("a", 0.1);
        rig.engine.judge("b", 0.9, "it is about moths");
        rig.engine.judge("c", 0.5);
        rig.tick();
        return rig.answer();
    }

    private static List<String> actions(Experience experience) {
        return experience.getImpressions().stream()
                .flatMap(impression -> impression.getActions().stream()
                        .map(action -> impression.getDocId() + " " + action.getKind() + " " + action.getValue() + " "
                                + action.getUserHash()))
                .toList();
    }

    private static void assertRefused(TopologyRig rig, FeedbackEvent event, String reason) {
        List<TestRecord<byte[], byte[]>> letters = rig.letters();
        assertThat(letters).hasSize(1);
        assertThat(header(letters.get(0), DeadLetter.REASON)).contains(reason);
        assertThat(header(letters.get(0), DeadLetter.STAGE)).isEqualTo("attribute");
        assertThat(header(letters.get(0), DeadLetter.TOPIC)).isEqualTo("rerank.feedback");
        assertThat(rig.serde(FeedbackEvent.class)
                        .deserializer()
                        .deserialize("rerank.feedback", letters.get(0).value()))
                .hasToString(event.toString());
    }
}
