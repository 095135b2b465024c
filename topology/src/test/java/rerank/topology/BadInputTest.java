package rerank.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static rerank.topology.TopologyRig.candidate;
import static rerank.topology.TopologyRig.candidatesOf;
import static rerank.topology.TopologyRig.docIds;
import static rerank.topology.TopologyRig.header;
import static rerank.topology.TopologyRig.query;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import rerank.schemas.CandidateDocument;
import rerank.schemas.CandidateEvent;
import rerank.schemas.QueryEvent;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;
import rerank.schemas.internal.PairRequest;
import rerank.topology.Judging.Placement;

/** The rows of the bad input table in the docs that concern the topology. */
class BadInputTest {
    @Test
    void putsBytesThatAreNotAvroToTheDeadLettersAsTheyCame() {
        try (TopologyRig rig = new TopologyRig(Placement.OWNER)) {
            byte[] key = {(byte) 0xff, 1};
            byte[] value = "{\"text\": \"json\"}".getBytes(StandardCharsets.UTF_8);

            rig.rawQueries.pipeInput(key, value);

            TestRecord<byte[], byte[]> letter = onlyLetter(rig);
            assertThat(letter.key()).isEqualTo(key);
            assertThat(letter.value()).isEqualTo(value);
            assertThat(header(letter, DeadLetter.REASON)).startsWith("cannot be read: ");
            assertThat(header(letter, DeadLetter.STAGE)).isEqualTo("read");
            assertThat(header(letter, DeadLetter.TOPIC)).isEqualTo("rerank.queries");
            assertThat(header(letter, DeadLetter.PARTITION)).isEqualTo("0");
            assertThat(header(letter, DeadLetter.OFFSET)).isEqualTo("0");
            assertThat(header(letter, DeadLetter.EXCEPTION)).contains("SerializationException");
            worksOn(rig);
        }
    }

    @Test
    void putsAnUnknownSchemaIdToTheDeadLetters() {
        try (TopologyRig rig = new TopologyRig(Placement.OWNER)) {
            byte[] value = {0, 0, 0, 0x7f, 1, 2, 3};

            rig.rawQueries.pipeInput("q".getBytes(StandardCharsets.UTF_8), value);

            TestRecord<byte[], byte[]> letter = onlyLetter(rig);
            assertThat(letter.value()).isEqualTo(value);
            assertThat(header(letter, DeadLetter.REASON)).contains(Integer.toString(0x7f01));
            worksOn(rig);
        }
    }

    @Test
    void putsAnotherEventsBytesToTheDeadLetters() {
        try (TopologyRig rig = new TopologyRig(Placement.OWNER)) {
            byte[] value = rig.serde(CandidateEvent.class)
                    .serializer()
                    .serialize("rerank.queries", candidatesOf("q", candidate("a", 1)));

            rig.rawQueries.pipeInput("q".getBytes(StandardCharsets.UTF_8), value);

            assertThat(header(onlyLetter(rig), DeadLetter.REASON)).startsWith("cannot be read: ");
            worksOn(rig);
        }
    }

    @Test
    void putsATombstoneToTheDeadLetters() {
        try (TopologyRig rig = new TopologyRig(Placement.OWNER)) {
            rig.rawQueries.pipeInput("q".getBytes(StandardCharsets.UTF_8), (byte[]) null);

            assertThat(header(onlyLetter(rig), DeadLetter.REASON)).startsWith("the value is null");
            worksOn(rig);
        }
    }

    @ParameterizedTest
    @MethodSource("badQueries")
    void refusesAQueryAndSaysWhy(QueryEvent.Builder query, String reason) {
        try (TopologyRig rig = new TopologyRig(Placement.OWNER)) {
            QueryEvent event = query.build();
            byte[] value = rig.serde(QueryEvent.class).serializer().serialize("rerank.queries", event);

            rig.rawQueries.pipeInput("q".getBytes(StandardCharsets.UTF_8), value);

            TestRecord<byte[], byte[]> letter = onlyLetter(rig);
            assertThat(letter.value()).isEqualTo(value);
            assertThat(header(letter, DeadLetter.REASON)).isEqualTo(reason);
            assertThat(header(letter, DeadLetter.TOPIC)).isEqualTo("rerank.queries");
            assertThat(rig.entriesInStores()).isZero();
            worksOn(rig);
        }
    }

    static List<Arguments> badQueries() {
        return List.of(
                Arguments.of(query("q", 1).setText(" \t\n "), "query q: its text is blank"),
                Arguments.of(
                        query("q", 1).setMode("pairwise"),
                        "query q: unknown mode 'pairwise'; use explain, label, justify, listwise or cross-encoder"),
                Arguments.of(query(" ", 1), "query  : its queryId is blank"),
                Arguments.of(
                        query("other", 1),
                        "query other: the record's key is 'q'; it must be the queryId, so that a query meets its"
                                + " candidates"),
                Arguments.of(
                        query("q", -2).setTopK(-1).setExplainTop(-3),
                        "query q: topK must be at least 0, was -1; explainTop must be at least -1, was -3;"
                                + " expectedCandidates must be at least -1, was -2"),
                Arguments.of(
                        query("q", 1).setText("x".repeat(32_769)),
                        "query q: its text has 32769 characters, 32768 are allowed (rerank.max.query.chars)"));
    }

    @Test
    void refusesARecordWithoutAKey() {
        try (TopologyRig rig = new TopologyRig(Placement.OWNER)) {
            byte[] value = rig.serde(QueryEvent.class)
                    .serializer()
                    .serialize("rerank.queries", query("q", 1).build());

            rig.rawQueries.pipeInput((byte[]) null, value);

            assertThat(header(onlyLetter(rig), DeadLetter.REASON)).contains("the record's key is missing");
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersAQueryWhoseCandidatesAreRefusedInPart(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 3));
            rig.send(candidatesOf("q", candidate("a", 1), candidate("", 2), candidate("nan", Double.NaN)));
            rig.engine.judge("a", 0.5);
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(docIds(answer)).containsExactly("a");
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.PARTIAL);
            assertThat(answer.getReason()).isEqualTo("2 candidates refused, see the dead letters");
            assertThat(header(onlyLetter(rig), DeadLetter.REASON))
                    .isEqualTo("refused in part: a candidate's docId is blank; candidate nan: its firstStageScore NaN"
                            + " is not finite");
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesCandidatesOfAnAnsweredQuery(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 0));

            rig.sendCandidates("q", "a", "b");

            TestRecord<byte[], byte[]> letter = onlyLetter(rig);
            assertThat(header(letter, DeadLetter.REASON))
                    .isEqualTo("2 candidates came too late: query q is answered already");
            assertThat(letter.key()).isEqualTo("q".getBytes(StandardCharsets.UTF_8));
            assertThat(rig.serde(CandidateEvent.class)
                            .deserializer()
                            .deserialize("rerank.candidates", letter.value())
                            .getCandidates())
                    .hasSize(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersWithThePoisonedPairUnjudgedAndKeepsItInTheDeadLetters(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 2));
            rig.sendCandidates("q", "poison", "fine");
            rig.engine.fail("poison", new IllegalStateException("shape mismatch", new ArithmeticException("0 rows")));
            rig.engine.judge("fine", 0.1);
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(docIds(answer)).containsExactly("fine", "poison");
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.PARTIAL);
            assertThat(answer.getReason()).isEqualTo("1 candidate not judged because the model failed");
            assertThat(answer.getItems().get(1).getUnjudgedReason()).contains("shape mismatch");
            TestRecord<byte[], byte[]> letter = onlyLetter(rig);
            assertThat(header(letter, DeadLetter.STAGE)).isEqualTo("judge");
            assertThat(header(letter, DeadLetter.REASON)).contains("poison").contains("shape mismatch");
            assertThat(header(letter, DeadLetter.EXCEPTION)).contains("0 rows");
            PairRequest pair = rig.serde(PairRequest.class).deserializer().deserialize("rerank.pairs", letter.value());
            assertThat(pair.getDocId()).isEqualTo("poison");
            assertThat(pair.getText()).isEqualTo("text of poison");
        }
    }

    @ParameterizedTest
    @EnumSource
    void judgesTheFirstCandidatesAndListsTheRestWhenThereAreTooMany(Placement placement) {
        Limits limits = new Limits(3, 1000, 1000, 100_000);
        try (TopologyRig rig = new TopologyRig(TopologyRig.settings(placement, limits))) {
            rig.send(query("q", 35));
            for (int i = 0; i < 35; i++) {
                rig.send(candidatesOf("q", candidate("d" + i, -i)));
            }
            assertThat(rig.engine.asked()).containsExactlyInAnyOrder("d0", "d1", "d2");
            List.copyOf(rig.engine.asked()).forEach(docId -> rig.engine.judge(docId, 0.5));
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(answer.getItems()).hasSize(30);
            assertThat(answer.getItems().get(3).getUnjudgedReason()).isEqualTo("beyond rerank.max.candidates");
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.PARTIAL);
            assertThat(answer.getReason())
                    .isEqualTo("27 candidates beyond rerank.max.candidates, not judged;"
                            + " 5 candidates refused, see the dead letters");
            assertThat(rig.letters()).hasSize(5);
        }
    }

    @Test
    void answersTenThousandCandidates() {
        try (TopologyRig rig = new TopologyRig(Placement.OWNER)) {
            rig.send(query("q", 10_000));
            List<CandidateDocument> documents = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                documents.add(CandidateDocument.newBuilder()
                        .setDocId("d" + i)
                        .setFirstStageScore(-i)
                        .build());
            }
            for (List<CandidateDocument> part : parts(documents, 500)) {
                rig.send(candidatesOf("q", part.toArray(CandidateDocument[]::new)));
            }
            assertThat(rig.engine.asked()).hasSize(1000);
            List.copyOf(rig.engine.asked()).forEach(docId -> rig.engine.judge(docId, 0.5));
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(answer.getStatus()).isEqualTo(RankingStatus.PARTIAL);
            assertThat(answer.getReason()).startsWith("9000 candidates beyond rerank.max.candidates, not judged");
            assertThat(answer.getCandidatesReceived()).isEqualTo(10_000);
            assertThat(answer.getCandidatesJudged()).isEqualTo(1000);
            assertThat(rig.serde(RankedResults.class).serializer().serialize("t", answer))
                    .hasSizeLessThan(900_000);
        }
    }

    @Test
    void cutsAnAnswerThatItsTopicWouldRefuse() {
        Limits limits = new Limits(1000, 20_000, 1000, 3_000);
        try (TopologyRig rig = new TopologyRig(TopologyRig.settings(Placement.OWNER, limits))) {
            rig.send(query("q", 4));
            rig.sendCandidates("q", "a", "b", "c", "d");
            for (String docId : List.of("a", "b", "c", "d")) {
                rig.engine.judge(docId, 0.5, "é".repeat(500));
            }
            rig.tick();

            RankedResults answer = rig.answer();
            assertThat(docIds(answer)).containsExactly("a", "b");
            assertThat(answer.getReason())
                    .isEqualTo("the last 2 candidates are left out, the answer would exceed rerank.max.result.bytes");
        }
    }

    @ParameterizedTest
    @EnumSource
    void cutsADocumentOfAMegabyteBeforeItIsStored(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 1));
            rig.send(candidatesOf(
                    "q",
                    CandidateDocument.newBuilder()
                            .setDocId("big")
                            .setTitle("t".repeat(5_000))
                            .setText("x".repeat(19_999) + "\uD83D\uDCA1".repeat(500_000))
                            .build()));

            assertThat(rig.engine.pairs()).singleElement().satisfies(pair -> {
                assertThat(pair.candidate().text()).isEqualTo("x".repeat(19_999));
                assertThat(pair.candidate().title()).hasSize(1000);
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void carriesControlCharactersAndLoneSurrogatesThrough(Placement placement) {
        try (TopologyRig rig = new TopologyRig(placement)) {
            rig.send(query("q", 1).setText("bell \u0007 null \u0000 lone \uD800 end"));
            rig.send(candidatesOf(
                    "q",
                    CandidateDocument.newBuilder()
                            .setDocId("d\uDC00\u0001")
                            .setTitle("\uDFFF")
                            .setText("\u001b[31m red \uD800")
                            .build()));

            // UTF-8 has no lone surrogates: Java writes a question mark.
            assertThat(rig.engine.pairs()).singleElement().satisfies(pair -> {
                assertThat(pair.query().text()).isEqualTo("bell \u0007 null \u0000 lone ? end");
                assertThat(pair.candidate().text()).isEqualTo("\u001b[31m red ?");
            });
            rig.engine.judge("d?\u0001", 0.5);
            rig.tick();
            assertThat(rig.answer().getItems()).extracting(RankedItem::getDocId).containsExactly("d?\u0001");
        }
    }

    @Test
    void neverPutsARecordAsideBecauseTheRegistryIsAway() {
        // Nothing listens on port 1 of this machine.
        TopologyRig rig = new TopologyRig(
                TopologyRig.settings(Placement.OWNER, new Limits(10, 10, 10, 1000)), "http://127.0.0.1:1");
        byte[] value = {0, 0, 0, 0, 1, 2, 3};

        assertThatThrownBy(() -> rig.rawQueries.pipeInput("q".getBytes(StandardCharsets.UTF_8), value))
                .isInstanceOf(StreamsException.class)
                .hasRootCauseInstanceOf(java.net.ConnectException.class)
                .satisfies(failure ->
                        assertThat(UnreadableRecords.isRegistryAway(failure)).isTrue());
        assertThat(rig.letters()).isEmpty();
    }

    private static TestRecord<byte[], byte[]> onlyLetter(TopologyRig rig) {
        List<TestRecord<byte[], byte[]>> letters = rig.letters();
        assertThat(letters).hasSize(1);
        return letters.get(0);
    }

    private static void worksOn(TopologyRig rig) {
        rig.advance(Duration.ofMillis(5));
        rig.send(query("next", 0));
        assertThat(rig.answer().getQueryId()).isEqualTo("next");
    }

    private static List<List<CandidateDocument>> parts(List<CandidateDocument> all, int size) {
        List<List<CandidateDocument>> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size) {
            parts.add(all.subList(from, Math.min(all.size(), from + size)));
        }
        return parts;
    }
}
