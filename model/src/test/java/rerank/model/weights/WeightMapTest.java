package rerank.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightMapTest {
    @TempDir
    Path checkpoint;

    private Path write(String file, String tensor, long... shape) {
        long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        SafeTensorsWriter.write(
                checkpoint.resolve(file),
                List.of(new SafeTensorsWriter.Tensor(
                        tensor, Arrays.stream(shape).boxed().toList(), () -> new float[(int) size])),
                ElementType.F32);
        return checkpoint.resolve(file);
    }

    private void writeRaw(long headerLength, String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(
                checkpoint.resolve(WeightMap.SINGLE_FILE),
                bytes.putLong(headerLength).put(json).array());
    }

    private void assertRefused(String... messageParts) {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> WeightMap.open(checkpoint))
                .satisfies(e -> assertThat(e).hasMessageContainingAll(messageParts));
    }

    @Test
    void findsTensorsInShards() throws IOException {
        write("model-1.safetensors", "a", 2, 2);
        write("model-2.safetensors", "b", 3);
        Files.writeString(
                checkpoint.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}");

        WeightMap map = WeightMap.open(checkpoint);

        assertThat(map.require("a", "x=2", 2, 2).file()).hasFileName("model-1.safetensors");
        assertThat(map.require("b", "x=3", 3).file()).hasFileName("model-2.safetensors");
    }

    @Test
    void saysWhichShardIsAbsent() throws IOException {
        Files.writeString(
                checkpoint.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"a\": \"gone.safetensors\"}}");

        assertRefused("gone.safetensors", "tensor a", "model.safetensors.index.json");
    }

    @Test
    void saysThatADirectoryHoldsNoWeights() {
        assertRefused("neither model.safetensors nor", checkpoint.toString());
    }

    @Test
    void saysThatATensorIsMissing() {
        write(WeightMap.SINGLE_FILE, "a", 2);

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> WeightMap.open(checkpoint).require("b", "hidden_size=4", 4))
                .withMessageContaining("tensor b is missing")
                .withMessageContaining("(4) from hidden_size=4");
    }

    @Test
    void saysThatAShapeIsWrongAndWhereTheRightOneComesFrom() {
        write(WeightMap.SINGLE_FILE, "a", 2, 4);

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> WeightMap.open(checkpoint).require("a", "hidden_size=8", 2, 8))
                .withMessageContaining("tensor a has shape (2, 4), expected (2, 8) from hidden_size=8");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 40, 100, 999})
    void neverReadsATruncatedFile(int bytesLeft) throws IOException {
        Path file = write(WeightMap.SINGLE_FILE, "a", 16, 16);
        byte[] whole = Files.readAllBytes(file);
        assertThat(whole.length).isGreaterThan(1000);

        Files.write(file, Arrays.copyOf(whole, bytesLeft));

        assertRefused(file.toString(), Integer.toString(bytesLeft));
    }

    @Test
    void refusesAHeaderThatIsNotJson() throws IOException {
        writeRaw(8, "not json", 0);

        assertRefused("not valid JSON");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1L << 40})
    void refusesAnImpossibleHeaderLength(long length) throws IOException {
        writeRaw(length, "{}", 0);

        assertRefused("its header claims " + length);
    }

    @Test
    void refusesATensorWhoseBytesDoNotFillItsShape() throws IOException {
        String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}";
        writeRaw(header.length(), header, 8);

        assertRefused("tensor a", "takes 12 bytes", "span 8");
    }

    @Test
    void passesOverTensorsOfTypesNobodyReads() throws IOException {
        String header = "{\"ids\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                + "\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[8,12]}}";
        writeRaw(header.length(), header, 12);

        assertThat(WeightMap.open(checkpoint).all())
                .extracting(StoredTensor::name)
                .containsExactly("a");
    }

    /** Bits of IEEE half precision and their values. */
    @ParameterizedTest
    @CsvSource({"0x3C00, 1", "0xC000, -2", "0x3555, 0.33325195", "0x0001, 5.9604645e-8", "0x7BFF, 65504", "0x8000, -0.0"
    })
    void halfPrecisionIsRead(String bits, float value) {
        assertThat(StoredTensor.half((short) Integer.decode(bits).intValue())).isEqualTo(value);
    }
}
