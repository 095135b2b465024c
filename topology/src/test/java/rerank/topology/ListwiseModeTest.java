package rerank.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static rerank.topology.TopologyRig.candidate;
import static rerank.topology.TopologyRig.candidatesOf;
import static rerank.topology.TopologyRig.docIds;
import static rerank.topology.TopologyRig.query;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import rerank.model.ranking.BatchJudge;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.CandidateWindow;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.model.ranking.Ranking;
import rerank.schemas.CandidateDocument;
import rerank.schemas.CandidateEvent;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;
import rerank.schemas.internal.PairJudgment;
import rerank.schemas.internal.PairStatus;
import rerank.topology.Judging.Placement;

/** Windows of candidates, one after another from the end of the list to its top. */
class ListwiseModeTest {
    private static final PairJudge.Identity READS_LISTS = new PairJudge.Identity(
            "tiny-0001", "interank-chat-v1", Mode.LABEL, Set.of(Mode.LABEL, Mode.LISTWISE), Map.of());

    @ParameterizedTest
    @EnumSource
    void readsWindowsFromTheEndToTheTop(Placement placement) {
        try (TopologyRig rig = asked(placement, 45)) {
            List<List<String>> windows = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                windows.add(windowDocIds(rig));
                assertThat(rig.answers()).isEmpty();
                rig.engine.order(ListwiseModeTest::number);
                rig.tick();
            }

            assertThat(windows.get(0)).isEqualTo(ids(25, 45));
            // The best ten of each window are read again; here they are its last ones, in falling order.
            assertThat(windows.get(1).subList(0, 10)).isEqualTo(ids(15, 25));
            assertThat(windows.get(1).subList(10, 20)).isEqualTo(reversed(ids(35, 45)));
            assertThat(windows.get(2).subList(10, 20)).isEqualTo(reversed(ids(35, 45)));
            assertThat(windows.get(3).subList(0, 5)).isEqualTo(ids(0, 5));
            assertThat(windows.get(3)).hasSize(15);
            RankedResults answer = rig.answer();
            assertThat(docIds(answer)).hasSize(45).doesNotHaveDuplicates().startsWith("d44", "d43", "d42");
            assertThat(docIds(answer).subList(0, 10)).isEqualTo(reversed(ids(35, 45)));
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.COMPLETE);
            assertThat(answer.getReason()).isEmpty();
            assertThat(answer.getMode()).isEqualTo("listwise");
            assertThat(answer.getCandidatesJudged()).isEqualTo(45);
            assertThat(answer.getModelVersion()).isEqualTo("tiny-0001");
            assertThat(answer.getPromptVersion()).isEqualTo("interank-chat-v1");
            assertThat(rig.counters.snapshot().pairsJudged()).isEqualTo(45);
            assertThat(rig.engine.asked()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void givesPlacesAndNoLabels(Placement placement) {
        try (TopologyRig rig = asked(placement, 4)) {
            assertThat(rig.engine.window().candidates())
                    .extracting(Candidate::title, Candidate::text)
                    .startsWith(org.assertj.core.groups.Tuple.tuple("title of d0", "text of d0"));
            rig.engine.order(ListwiseModeTest::number);
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(answer.getItems()).extracting(RankedItem::getScore).containsExactly(1.0, 0.75, 0.5, 0.25);
            assertThat(answer.getItems())
                    .extracting(RankedItem::getFirstStageRank)
                    .containsExactly(4, 3, 2, 1);
            assertThat(answer.getItems()).allSatisfy(item -> {
                assertThat(item.getJudged()).isTrue();
                assertThat(item.getLabel()).isEqualTo(-1);
                assertThat(item.getLabelProbabilities()).isEmpty();
                assertThat(item.getUnjudgedReason()).isEmpty();
                assertThat(item.getModelVersion()).isEqualTo("tiny-0001");
            });
        }
    }

    /** A judge that is not even consistent: what it thinks of a document depends on where it stands. */
    @ParameterizedTest
    @EnumSource
    void ordersAsTheModelDoesInProcess(Placement placement) {
        for (int seed = 1; seed <= 20; seed++) {
            int size = 1 + new Random(seed).nextInt(70);
            try (TopologyRig rig = asked(placement, size);
                    Moody judge = new Moody(seed)) {
                while (!rig.engine.asked().isEmpty()) {
                    rig.engine.answer("", judge.order(rig.engine.window()));
                    rig.tick();
                }
                List<Candidate> candidates = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    candidates.add(new Candidate("d" + i, "", "", size - i, i + 1));
                }
                Ranking inProcess =
                        judge.rerank(new Query("q", "which lamp attracts moths"), candidates, Mode.LISTWISE, 0);

                RankedResults answer = rig.answer();
                assertThat(docIds(answer))
                        .as("seed %d, %d candidates", seed, size)
                        .isEqualTo(inProcess.items().stream()
                                .map(item -> item.candidate().docId())
                                .toList());
                assertThat(answer.getItems())
                        .extracting(RankedItem::getScore)
                        .isEqualTo(inProcess.items().stream()
                                .map(Ranking.Item::score)
                                .toList());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void waitsForAllCandidatesWhicheverComeFirst(Placement placement) {
        try (TopologyRig rig = rig(placement)) {
            rig.send(candidatesOf("q", candidate("b", 1)));
            rig.send(query("q", 3).setMode("listwise"));
            rig.send(candidatesOf("q", candidate("c", 3)));
            rig.tick();
            assertThat(rig.engine.asked()).isEmpty();

            rig.send(candidatesOf("q", candidate("a", 2)));

            assertThat(windowDocIds(rig)).containsExactly("c", "a", "b");
            assertThat(rig.engine.window().candidates())
                    .extracting(Candidate::text)
                    .contains("text of b");
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersAtTheDeadlineWithWhatWindowsAreRead(Placement placement) {
        try (TopologyRig rig = asked(placement, 30)) {
            rig.engine.order(ListwiseModeTest::number);
            rig.tick();

            rig.advance(Duration.ofSeconds(10));

            RankedResults answer = rig.answer();
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.PARTIAL);
            assertThat(answer.getReason()).isEqualTo("10 candidates not judged before the deadline");
            assertThat(docIds(answer).subList(0, 10)).as("unread, in place").isEqualTo(ids(0, 10));
            assertThat(docIds(answer).subList(10, 30)).isEqualTo(reversed(ids(10, 30)));
            assertThat(answer.getItems().subList(0, 10)).allSatisfy(item -> {
                assertThat(item.getJudged()).isFalse();
                assertThat(item.getUnjudgedReason()).isEqualTo("not judged before the deadline");
            });
            assertThat(answer.getItems().subList(10, 30)).allMatch(RankedItem::getJudged);
            assertThat(answer.getCandidatesJudged()).isEqualTo(20);
            assertThat(rig.engine.cancelled).isEqualTo(placement == Placement.OWNER ? 1 : 0);

            if (placement == Placement.FAN_OUT) {
                rig.engine.order(ListwiseModeTest::number);
                rig.tick();
                assertThat(rig.counters.snapshot().lateJudgments()).isEqualTo(1);
            }
            assertThat(rig.answers()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersInFirstStageOrderWhenTheCandidatesNeverAreComplete(Placement placement) {
        try (TopologyRig rig = rig(placement)) {
            rig.send(query("q", 3).setMode("listwise"));
            rig.sendCandidates("q", "a", "b");

            rig.advance(Duration.ofSeconds(10));

            RankedResults answer = rig.answer();
            assertThat(docIds(answer)).containsExactly("a", "b");
            assertThat(answer.getItems()).noneMatch(RankedItem::getJudged);
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.PARTIAL);
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheOrderOfAWindowThatFails(Placement placement) {
        try (TopologyRig rig = asked(placement, 30)) {
            rig.engine.fail("", new IllegalStateException("no numbers"));
            rig.tick();
            assertThat(windowDocIds(rig)).isEqualTo(ids(0, 20));
            rig.engine.order(ListwiseModeTest::number);
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(docIds(answer).subList(0, 20)).isEqualTo(reversed(ids(0, 20)));
            assertThat(docIds(answer).subList(20, 30)).isEqualTo(ids(20, 30));
            assertThat(answer.getItems().subList(0, 20)).allMatch(RankedItem::getJudged);
            assertThat(answer.getItems().subList(20, 30))
                    .allSatisfy(item -> assertThat(item.getUnjudgedReason()).contains("no numbers"));
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.PARTIAL);
            assertThat(answer.getReason())
                    .isEqualTo(
                            "10 candidates not judged because the model failed; 1 of 2 windows of candidates were not"
                                    + " put in order and kept the one they had");
            assertThat(rig.letters())
                    .singleElement()
                    .satisfies(letter -> assertThat(TopologyRig.header(letter, DeadLetter.REASON))
                            .startsWith("the model failed on window 1 of 20 candidates: "));
        }
    }

    @ParameterizedTest
    @EnumSource
    void isUnjudgedWithTheReasonWhenEveryWindowFails(Placement placement) {
        try (TopologyRig rig = asked(placement, 30)) {
            for (int i = 0; i < 2; i++) {
                rig.engine.answer("", new Judgment.Unjudged("its prompt cannot be built"));
                rig.tick();
            }

            RankedResults answer = rig.answer();
            assertThat(docIds(answer)).isEqualTo(ids(0, 30));
            assertThat(answer.getCandidatesJudged()).isZero();
            assertThat(answer.getItems()).allSatisfy(item -> {
                assertThat(item.getJudged()).isFalse();
                assertThat(item.getUnjudgedReason()).isEqualTo("its prompt cannot be built");
            });
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.PARTIAL);
        }
    }

    @Test
    void ignoresTheAnswerToAWindowThatComesAgain() {
        try (TopologyRig rig = asked(Placement.FAN_OUT, 30)) {
            rig.engine.order(ListwiseModeTest::number);
            rig.tick();
            List<String> second = windowDocIds(rig);

            rig.driver
                    .createInputTopic(
                            rig.topics.judgments(),
                            new StringSerializer(),
                            rig.serde(PairJudgment.class).serializer())
                    .pipeInput(
                            "q",
                            PairJudgment.newBuilder()
                                    .setQueryId("q")
                                    .setDocId("")
                                    .setWindow(1)
                                    .setJustification(false)
                                    .setStatus(PairStatus.JUDGED)
                                    .setProbabilities(Collections.nCopies(20, 0.05))
                                    .build());

            assertThat(rig.counters.snapshot().lateJudgments()).isEqualTo(1);
            assertThat(windowDocIds(rig)).isEqualTo(second);
            rig.engine.order(ListwiseModeTest::number);
            rig.tick();
            assertThat(docIds(rig.answer())).startsWith("d29", "d28");
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesCandidatesThatComeWhileItIsPutInOrder(Placement placement) {
        try (TopologyRig rig = asked(placement, 3)) {
            rig.send(candidatesOf("q", candidate("late", 9)));

            assertThat(rig.letters())
                    .singleElement()
                    .satisfies(letter -> assertThat(TopologyRig.header(letter, DeadLetter.REASON))
                            .isEqualTo("1 candidates came too late: query q is being put in order already"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheFirstStageOrderWhereItsWeightIsOne(Placement placement) {
        RerankSettings usual = TopologyRig.settings(placement, new Limits(1000, 20_000, 32_768, 900_000));
        RerankSettings settings = new RerankSettings(
                usual.topics(),
                usual.limits(),
                usual.timing(),
                usual.judging(),
                new Answering(Optional.empty(), 2, OptionalDouble.of(1)),
                usual.attribution(),
                usual.exploration());
        try (TopologyRig rig = asked(new TopologyRig(settings), 25)) {
            for (int i = 0; i < 2; i++) {
                rig.engine.order(ListwiseModeTest::number);
                rig.tick();
            }

            assertThat(docIds(rig.answer())).isEqualTo(ids(0, 25));
        }
    }

    @ParameterizedTest
    @EnumSource
    void ranksCandidatesBeyondTheBoundBehindTheList(Placement placement) {
        TopologyRig small = new TopologyRig(TopologyRig.settings(placement, new Limits(2, 20_000, 32_768, 900_000)));
        try (TopologyRig rig = asked(small, 4)) {
            assertThat(windowDocIds(rig)).containsExactly("d0", "d1");
            rig.engine.order(ListwiseModeTest::number);
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(docIds(answer)).containsExactly("d1", "d0", "d2", "d3");
            assertThat(answer.getItems()).extracting(RankedItem::getJudged).containsExactly(true, true, false, false);
        }
    }

    @ParameterizedTest
    @EnumSource
    void judgesInAnotherModeWhereTheModelReadsNoLists(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 1).setMode("listwise"));
            rig.sendCandidates("q", "a");
            rig.engine.judge("a", 0.5);
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(answer.getMode()).isEqualTo("label");
            assertThat(answer.getRequestedMode()).isEqualTo("listwise");
        }
    }

    private static TopologyRig rig(Placement placement) {
        TopologyRig rig = new TopologyRig(placement);
        rig.engine.identity = READS_LISTS;
        return rig;
    }

    private static TopologyRig asked(Placement placement, int candidates) {
        return asked(rig(placement), candidates);
    }

    /** A query in mode listwise whose candidates d0, d1, ... have all come, with falling first-stage scores. */
    private static TopologyRig asked(TopologyRig rig, int candidates) {
        rig.engine.identity = READS_LISTS;
        rig.send(query("q", candidates).setMode("listwise"));
        List<CandidateDocument> documents = new ArrayList<>();
        for (int i = 0; i < candidates; i++) {
            documents.add(candidate("d" + i, candidates - i));
        }
        rig.send(CandidateEvent.newBuilder()
                .setQueryId("q")
                .setCandidates(documents)
                .build());
        return rig;
    }

    private static List<String> windowDocIds(TopologyRig rig) {
        return rig.engine.window().candidates().stream().map(Candidate::docId).toList();
    }

    /** The first stage has it all wrong: the higher the number, the better. */
    private static double number(Candidate candidate) {
        return Integer.parseInt(candidate.docId().substring(1));
    }

    private static List<String> ids(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "d" + i).toList();
    }

    private static List<String> reversed(List<String> ids) {
        return ids.stream()
                .sorted(Comparator.comparingInt((String id) -> -Integer.parseInt(id.substring(1))))
                .toList();
    }

    private static final class Moody extends BatchJudge {
        private final int seed;

        Moody(int seed) {
            super(1);
            this.seed = seed;
        }

        @Override
        protected Judgment order(CandidateWindow window) {
            List<String> docIds =
                    window.candidates().stream().map(Candidate::docId).toList();
            Random random = new Random(31L * docIds.hashCode() + seed);
            if (random.nextInt(8) == 0) {
                return new Judgment.Unjudged("in no mood");
            }
            float[] logits = new float[docIds.size()];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = random.nextInt(5);
            }
            return Judgment.Ordered.ofLogits(logits);
        }

        @Override
        protected List<Judgment> judgeTogether(List<Pair> pairs) {
            throw new AssertionError("nobody asks for pairs");
        }

        @Override
        public Identity identity() {
            return READS_LISTS;
        }

        @Override
        public void close() {}
    }
}
