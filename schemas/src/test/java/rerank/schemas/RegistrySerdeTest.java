package rerank.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistrySerdeTest {
    private static final String TOPIC = "rerank.queries";

    private final String url = "mock://" + UUID.randomUUID();
    private final RegistrySerde<QueryEvent> queries = serde(QueryEvent.class);

    @Test
    void readsBackWhatItWrote() {
        RankedResults results = RankedResults.newBuilder()
                .setQueryId("q-1")
                .setStatus(RankingStatus.PARTIAL)
                .setReason("deadline")
                .setItems(List.of(RankedItem.newBuilder()
                        .setRank(1)
                        .setDocId("d-7")
                        .setScore(0.75)
                        .setFirstStageScore(12.5)
                        .setFirstStageRank(4)
                        .setJudged(true)
                        .setLabel(2)
                        .setLabelProbabilities(List.of(0.1, 0.3, 0.6))
                        .setExplanation("naïve 东京 \u0000\t")
                        .build()))
                .build();
        RegistrySerde<RankedResults> serde = serde(RankedResults.class);

        byte[] bytes = serde.serializer().serialize("rerank.ranked-results", results);

        assertThat(serde.deserializer().deserialize("rerank.ranked-results", bytes))
                .isEqualTo(results);
    }

    @Test
    void beginsWithAZeroByteAndTheSchemaId() throws Exception {
        SchemaRegistry registry = registry();

        byte[] bytes = queries.serializer().serialize(TOPIC, query("q-1"));

        int id = registry.idOf(TOPIC + "-value", QueryEvent.getClassSchema());
        assertThat(Arrays.copyOf(bytes, 5))
                .isEqualTo(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
        // The id of the query is the first field: its length, zigzag-coded, then its letters.
        assertThat(Arrays.copyOfRange(bytes, 5, 9)).isEqualTo(new byte[] {6, 'q', '-', '1'});
    }

    @Test
    void keepsTombstones() {
        assertThat(queries.serializer().serialize(TOPIC, null)).isNull();
        assertThat(queries.deserializer().deserialize(TOPIC, null)).isNull();
    }

    @Test
    void registersSchemasThatNameNoJavaClassForStrings() {
        int id = registry().register("s", QueryEvent.getClassSchema());

        assertThat(registry().schema(id).toString())
                .doesNotContain("avro.java.string")
                .contains("\"default\":-1");
    }

    @Test
    void writesLoneSurrogatesAsQuestionMarks() {
        byte[] bytes = queries.serializer().serialize(TOPIC, query("a\ud800b"));

        assertThat(queries.deserializer().deserialize(TOPIC, bytes).getQueryId())
                .isEqualTo("a?b");
    }

    @Test
    void fillsFieldsThatAnOlderWriterDidNotHave() throws Exception {
        Schema older = new Schema.Parser().parse("""
                {"type": "record", "name": "QueryEvent", "namespace": "rerank.schemas", "fields": [
                  {"name": "queryId", "type": "string"}, {"name": "text", "type": "string"}]}""");
        GenericData.Record record = new GenericData.Record(older);
        record.put("queryId", "q-1");
        record.put("text", "quiet keyboards");

        QueryEvent read = queries.deserializer().deserialize(TOPIC, bytes(older, record));

        assertThat(read.getText()).isEqualTo("quiet keyboards");
        assertThat(read.getExplainTop()).isEqualTo(-1);
        assertThat(read.getTags()).isEmpty();
    }

    @Test
    void readsShortArrayElementsOfAnOlderWriter() throws Exception {
        Schema older = new Schema.Parser().parse("""
                {"type": "record", "name": "CandidateEvent", "namespace": "rerank.schemas", "fields": [
                  {"name": "queryId", "type": "string"},
                  {"name": "candidates", "type": {"type": "array", "items": {
                    "type": "record", "name": "CandidateDocument", "fields": [
                      {"name": "docId", "type": "string"}]}}}]}""");
        Schema document = older.getField("candidates").schema().getElementType();
        List<GenericData.Record> documents = Stream.of("a", "b", "c")
                .map(id -> {
                    GenericData.Record record = new GenericData.Record(document);
                    record.put("docId", id);
                    return record;
                })
                .toList();
        GenericData.Record event = new GenericData.Record(older);
        event.put("queryId", "q");
        event.put("candidates", documents);

        CandidateEvent read = serde(CandidateEvent.class).deserializer().deserialize(TOPIC, bytes(older, event));

        assertThat(read.getCandidates()).extracting(CandidateDocument::getDocId).containsExactly("a", "b", "c");
    }

    @Test
    void skipsFieldsThatANewerWriterAdded() throws Exception {
        Schema newer = new Schema.Parser().parse("""
                {"type": "record", "name": "FeedbackEvent", "namespace": "rerank.schemas", "fields": [
                  {"name": "queryId", "type": "string"}, {"name": "docId", "type": "string"},
                  {"name": "device", "type": "string"},
                  {"name": "kind", "type": {"type": "enum", "name": "FeedbackKind", "symbols": ["HOVER", "CLICK"]}}]}""");
        GenericData.Record record = new GenericData.Record(newer);
        record.put("queryId", "q-1");
        record.put("docId", "d-1");
        record.put("device", "phone");
        record.put("kind", new GenericData.EnumSymbol(newer.getField("kind").schema(), "HOVER"));

        FeedbackEvent read = serde(FeedbackEvent.class).deserializer().deserialize(TOPIC, bytes(newer, record));

        assertThat(read.getDocId()).isEqualTo("d-1");
        assertThat(read.getKind()).isEqualTo(FeedbackKind.UNKNOWN);
    }

    @Test
    void saysWhichByteIsWrongInARecordThatIsNotAvro() {
        assertThatThrownBy(() -> queries.deserializer().deserialize(TOPIC, "{\"queryId\": 1}".getBytes(UTF_8)))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining(TOPIC)
                .hasMessageContaining("0x7b")
                .hasMessageContaining("schema registry serializer");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void refusesRecordsShorterThanTheirHeader(int length) {
        assertThatThrownBy(() -> queries.deserializer().deserialize(TOPIC, new byte[length]))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("it has " + length + " bytes");
    }

    @Test
    void saysWhichSchemaIdIsUnknownAndWhere() {
        byte[] bytes = queries.serializer().serialize(TOPIC, query("q-1"));
        ByteBuffer.wrap(bytes).putInt(1, 4711);

        assertThatThrownBy(() -> queries.deserializer().deserialize(TOPIC, bytes))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("unknown schema id 4711")
                .hasMessageContaining(url);
    }

    @Test
    void refusesARecordOfAnotherKindOfEvent() {
        byte[] bytes = serde(ModelVersion.class)
                .serializer()
                .serialize(
                        "rerank.model-versions",
                        ModelVersion.newBuilder()
                                .setVersion("v1")
                                .setSequence(1)
                                .setCheckpointUri("file:///m")
                                .setStatus(ModelStatus.ACTIVE)
                                .build());

        assertThatThrownBy(() -> queries.deserializer().deserialize(TOPIC, bytes))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("cannot be read as rerank.schemas.QueryEvent")
                .hasMessageContaining("rerank.schemas.ModelVersion");
    }

    @Test
    void refusesCutOffAndOverlongRecords() {
        byte[] bytes = queries.serializer().serialize(TOPIC, query("q-1"));

        for (int length : List.of(5, 8, bytes.length - 1, bytes.length + 1)) {
            byte[] damaged = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> queries.deserializer().deserialize(TOPIC, damaged))
                    .as("%d of %d bytes", length, bytes.length)
                    .isInstanceOf(SerializationException.class);
        }
        assertThat(queries.deserializer().deserialize(TOPIC, bytes)).isEqualTo(query("q-1"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void failsOnlyWithSerializationErrorsOnRandomBytes(long seed) {
        RegistrySerde<CandidateEvent> serde = serde(CandidateEvent.class);
        byte[] good = serde.serializer()
                .serialize(TOPIC, new CandidateEvent("q", List.of(new CandidateDocument("d", "t", "text", 1.0)), true));
        Random random = new Random(seed);

        for (int round = 0; round < 2000; round++) {
            byte[] damaged = Arrays.copyOf(good, 5 + random.nextInt(40));
            byte[] noise = new byte[damaged.length - 5];
            random.nextBytes(noise);
            System.arraycopy(noise, 0, damaged, 5, noise.length);
            try {
                serde.deserializer().deserialize(TOPIC, damaged);
            } catch (SerializationException expected) {
                assertThat(expected).hasMessageContaining("rerank.schemas.CandidateEvent");
            }
        }
    }

    @Test
    void refusesLengthsThatWouldNotFitInMemory() {
        byte[] header = Arrays.copyOf(queries.serializer().serialize(TOPIC, query("q")), 5);
        // A string of 2^31 - 9 bytes, of which none follows: must not be allocated.
        byte[] hostile = ByteBuffer.allocate(10)
                .put(header)
                .put(new byte[] {(byte) 0xee, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f})
                .array();

        assertThatThrownBy(() -> queries.deserializer().deserialize(TOPIC, hostile))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void refusesArraysLongerThanTheRecord() {
        RegistrySerde<CandidateEvent> serde = serde(CandidateEvent.class);
        byte[] header = Arrays.copyOf(serde.serializer().serialize(TOPIC, new CandidateEvent("", List.of(), true)), 6);
        byte[] hostile = ByteBuffer.allocate(11)
                .put(header)
                .put(new byte[] {(byte) 0xee, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f})
                .array();

        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, hostile))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("an array claims 2147483639 elements");
    }

    private byte[] bytes(Schema schema, GenericRecord record) throws Exception {
        var out = new ByteArrayOutputStream();
        out.writeBytes(WireFormat.header(registry().register("older-value", schema)));
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
        return out.toByteArray();
    }

    private SchemaRegistry registry() {
        Map<String, String> config = Map.of(RegistryConfig.URL, url);
        return SchemaRegistry.connect(RegistryConfig.of(config), config);
    }

    private <T extends SpecificRecord> RegistrySerde<T> serde(Class<T> type) {
        RegistrySerde<T> serde = new RegistrySerde<>(type);
        serde.configure(Map.of(RegistryConfig.URL, url), false);
        return serde;
    }

    private static QueryEvent query(String id) {
        return QueryEvent.newBuilder()
                .setQueryId(id)
                .setText("laptop bag under 40 dollars")
                .setTags(Map.of("shop", "eu"))
                .build();
    }
}
