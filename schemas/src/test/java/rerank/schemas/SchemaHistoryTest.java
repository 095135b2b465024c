package rerank.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.RandomData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Records once written stay readable. Every version that an event's schema ever had is stored under
 * {@code src/test/resources/history/EVENT/vN.avsc} and is never edited; a change of the schema adds the next one.
 */
class SchemaHistoryTest {
    private static final Path EVENTS = Path.of("src/main/avro");
    private static final Path HISTORY = Path.of("src/test/resources/history");
    private static final int RECORDS_PER_VERSION = 100;

    @ParameterizedTest
    @MethodSource("publicEvents")
    void todaysSchemaIsTheNewestStoredOne(String event) throws Exception {
        List<Path> versions = versions(event);
        Schema today = today(event);

        Schema newest = parse(versions.get(versions.size() - 1));

        assertThat(today)
                .as(
                        "the schema of %s changed; store it as %s/v%d.avsc:%n%s",
                        event, HISTORY.resolve(event), versions.size() + 1, today.toString(true))
                .isEqualTo(newest);
    }

    @ParameterizedTest
    @MethodSource("publicEvents")
    void everyStoredVersionIsReadableToday(String event) throws Exception {
        for (Path version : versions(event)) {
            var result = SchemaCompatibility.checkReaderWriterCompatibility(today(event), parse(version))
                    .getResult();

            assertThat(result.getCompatibility())
                    .as("%s: %s", version, result.getIncompatibilities())
                    .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
        }
    }

    @ParameterizedTest
    @MethodSource("publicEvents")
    void recordsOfEveryStoredVersionAreReadToday(String event) throws Exception {
        Map<String, String> config = Map.of(RegistryConfig.URL, "mock://" + UUID.randomUUID());
        for (Path version : versions(event)) {
            Schema schema = parse(version);
            int id = SchemaRegistry.connect(RegistryConfig.of(config), config).register(event + version, schema);
            RegistryDeserializer<? extends SpecificRecord> deserializer = new RegistryDeserializer<>(type(event));
            deserializer.configure(config, false);

            for (Object record : new RandomData(schema, RECORDS_PER_VERSION, 17L)) {
                SpecificRecord read = deserializer.deserialize("topic", bytes(id, schema, record));

                assertThat(read.get(0))
                        .hasToString(((GenericRecord) record).get(0).toString());
            }
        }
    }

    static Stream<String> publicEvents() throws IOException {
        try (Stream<Path> files = Files.list(EVENTS)) {
            return files
                    .filter(file -> file.toString().endsWith(".avsc"))
                    .filter(file -> read(file).matches("(?s).*\"namespace\"\\s*:\\s*\"rerank\\.schemas\".*"))
                    .map(file -> file.getFileName().toString().replace(".avsc", ""))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static List<Path> versions(String event) throws IOException {
        Path directory = HISTORY.resolve(event);
        assertThat(directory).as("stored versions of the schema of %s", event).isDirectory();
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> versions = files.sorted(Comparator.comparingInt(SchemaHistoryTest::number))
                    .toList();
            for (int i = 0; i < versions.size(); i++) {
                assertThat(number(versions.get(i)))
                        .as("versions are numbered from 1: %s", versions)
                        .isEqualTo(i + 1);
            }
            assertThat(versions).isNotEmpty();
            return versions;
        }
    }

    private static int number(Path version) {
        return Integer.parseInt(version.getFileName().toString().replaceAll("^v(\\d+)\\.avsc$", "$1"));
    }

    private static Schema today(String event) throws Exception {
        return SchemaRegistry.withoutJavaTypes(SpecificData.get().getSchema(type(event)));
    }

    private static Class<? extends SpecificRecord> type(String event) throws ClassNotFoundException {
        return Class.forName("rerank.schemas." + event).asSubclass(SpecificRecord.class);
    }

    private static Schema parse(Path file) {
        return new Schema.Parser().parse(read(file));
    }

    private static byte[] bytes(int id, Schema schema, Object record) throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(WireFormat.header(id));
        new GenericDatumWriter<>(schema).write(record, EncoderFactory.get().directBinaryEncoder(bytes, null));
        return bytes.toByteArray();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
