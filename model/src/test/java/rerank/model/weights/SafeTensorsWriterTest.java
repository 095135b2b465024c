package rerank.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsWriterTest {
    private static final List<SafeTensorsWriter.Tensor> TENSORS = List.of(
            new SafeTensorsWriter.Tensor("matrix", List.of(2L, 3L), () -> new float[] {1, 2, 3, 4, 5, 6}),
            new SafeTensorsWriter.Tensor("vector", List.of(1L), () -> new float[] {-0.5f}));

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve(WeightMap.SINGLE_FILE);
    }

    @Test
    void writesWhatTheReaderFinds() throws IOException {
        SafeTensorsWriter.write(file, TENSORS, ElementType.F32);

        WeightMap map = WeightMap.open(directory);

        assertThat(map.all()).extracting(StoredTensor::name).containsExactly("matrix", "vector");
        StoredTensor matrix = map.require("matrix", "the test", 2, 3);
        assertThat(matrix.offset() % 8).isZero();
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            assertThat(bytes.getFloat((int) matrix.offset() + 4 * i)).isEqualTo(i + 1);
        }
        StoredTensor vector = map.require("vector", "the test", 1);
        assertThat(bytes.getFloat((int) vector.offset())).isEqualTo(-0.5f);
        assertThat(vector.offset() + vector.sizeBytes()).isEqualTo(Files.size(file));
    }

    @Test
    void leavesNothingBehindWhenAValueIsMissing() {
        var broken = List.of(new SafeTensorsWriter.Tensor("short", List.of(4L), () -> new float[3]));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> SafeTensorsWriter.write(file, broken, ElementType.F32))
                .withMessageContaining("short")
                .withMessageContaining("3 values");
        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "1.0, 3F80",
        "-2.0, C000",
        "1.00390625, 3F80", // halfway between two: to the even one below
        "1.01171875, 3F82", // halfway: to the even one above
        "1.00390637, 3F81", // a little more than halfway
        "3.4028235e38, 7F80", // rounds to infinity
        "NaN, 7FC0",
        "-Infinity, FF80",
        "-0.0, 8000"
    })
    void roundsToTheNearestBfloat16(float value, String bits) {
        assertThat(SafeTensorsWriter.bfloat16(value) & 0xFFFF).isEqualTo(Integer.parseInt(bits, 16));
    }
}
