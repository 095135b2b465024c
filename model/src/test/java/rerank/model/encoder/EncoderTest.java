package rerank.model.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.Shared;
import rerank.model.TinyCrossEncoder;
import rerank.model.tokenizer.PairTokens;
import rerank.model.transformer.Precision;
import rerank.model.weights.CheckpointException;

class EncoderTest {
    @TempDir
    private Path directory;

    @Tag("shared")
    @ParameterizedTest
    @CsvSource({"bert, 1", "bert, 2", "electra, 3", "modernbert, 4", "modernbert, 5"})
    void givesAPairTheSameLogitsInAnyCompany(String family, long seed) {
        Path checkpoint = Shared.folder().resolve("golden/" + family + "/f32");
        assumeTrue(Files.isDirectory(checkpoint), () -> "no golden checkpoint at " + checkpoint);
        Random random = new Random(seed);
        List<PairTokens> pairs = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            pairs.add(randomPair(random, 1 + random.nextInt(30)));
        }
        try (Encoder encoder = Encoder.load(checkpoint, Precision.FLOAT32)) {
            float[][] together = encoder.logits(pairs);

            for (int i = 0; i < pairs.size(); i++) {
                float alone = encoder.logits(List.of(pairs.get(i)))[0][0];
                assertThat(together[i][0]).as("pair %d, seed %d", i, seed).isCloseTo(alone, within(2e-5f));
            }
        }
    }

    @Tag("shared")
    @Test
    void takesTheFirstTokenWhereModernBertPoolsSo() throws IOException {
        Path golden = Shared.folder().resolve("golden/modernbert/f32");
        assumeTrue(Files.isDirectory(golden), () -> "no golden checkpoint at " + golden);
        Files.copy(golden.resolve("model.safetensors"), directory.resolve("model.safetensors"));
        String config = Files.readString(golden.resolve("config.json"));
        Files.writeString(
                directory.resolve("config.json"),
                config.replace("\"classifier_pooling\": \"mean\"", "\"classifier_pooling\": \"cls\""));
        JsonNode reference =
                new JsonMapper().readTree(golden.resolve("golden.json").toFile());
        JsonNode batch = reference.path("cases").path(3);
        assertThat(batch.path("name").asText())
                .isEqualTo(reference.at("/other_pooling/case").asText());
        List<PairTokens> pairs = new ArrayList<>();
        for (int row = 0; row < batch.path("input_ids").size(); row++) {
            int length = 0;
            for (JsonNode real : batch.path("attention_mask").path(row)) {
                length += real.asInt();
            }
            int[] ids = new int[length];
            for (int t = 0; t < length; t++) {
                ids[t] = batch.path("input_ids").path(row).path(t).asInt();
            }
            pairs.add(new PairTokens(ids, new int[length]));
        }

        try (Encoder encoder = Encoder.load(directory, Precision.FLOAT32)) {
            float[][] logits = encoder.logits(pairs);

            for (int row = 0; row < logits.length; row++) {
                double expected =
                        reference.at("/other_pooling/logits").path(row).path(0).asDouble();
                assertThat((double) logits[row][0]).isCloseTo(expected, within(2e-5));
            }
        }
    }

    @Tag("shared")
    @ParameterizedTest
    @CsvSource({
        "bert, classifier.weight",
        "bert, bert.pooler.dense.weight",
        "electra, classifier.out_proj.weight",
        "modernbert, head.dense.weight"
    })
    void refusesACheckpointWithoutItsHead(String family, String missing) throws IOException {
        Path checkpoint = Shared.folder().resolve("golden/" + family + "/f32");
        assumeTrue(Files.isDirectory(checkpoint), () -> "no golden checkpoint at " + checkpoint);
        try (Stream<Path> files = Files.list(checkpoint)) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName()));
            }
        }
        renameTensor(directory.resolve("model.safetensors"), missing);

        assertThatThrownBy(() -> Encoder.load(directory, Precision.FLOAT32))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("tensor " + missing + " is missing");
    }

    @Test
    void namesThePairThatIsTooLongAndTheTokenThatIsOutOfRange() {
        TinyCrossEncoder.random(directory, 1);
        PairTokens fine = new PairTokens(new int[] {1, 2}, new int[] {0, 1});
        try (Encoder encoder = Encoder.load(directory, Precision.FLOAT32)) {
            assertThatThrownBy(() -> encoder.logits(List.of(fine, new PairTokens(new int[65], new int[65]))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("pair 1 has 65 tokens, the model takes 1 to 64");
            assertThatThrownBy(() -> encoder.logits(List.of(new PairTokens(new int[] {1, 258}, new int[2]), fine)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("token id 258 of pair 0 is not in [0, 258)");
            assertThatThrownBy(() -> encoder.logits(List.of(new PairTokens(new int[] {1}, new int[] {2}))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("token type 2 of pair 0 is not in [0, 2)");
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3"})
    void packsRowsOfOneLengthBesideEachOtherWithoutPadding(long seed) {
        Random random = new Random(seed);
        List<PairTokens> pairs = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            pairs.add(randomPair(random, 1 + random.nextInt(6)));
        }

        PackedRows rows = PackedRows.of(pairs, config());

        int tokens = pairs.stream().mapToInt(PairTokens::length).sum();
        assertThat(rows.tokenIds()).hasSize(tokens);
        long inGroups = 0;
        for (int g = 0; g < rows.groups().length; g += 2) {
            inGroups += rows.groups()[g] * rows.groups()[g + 1];
            assertThat(g == 0 || rows.groups()[g + 1] > rows.groups()[g - 1]).isTrue();
        }
        assertThat(inGroups).isEqualTo(tokens);
        for (int row = 0; row < pairs.size(); row++) {
            PairTokens pair = pairs.get(rows.order()[row]);
            for (int t = 0; t < pair.length(); t++) {
                int at = (int) rows.starts()[row] + t;
                assertThat(rows.tokenIds()[at]).isEqualTo(pair.ids()[t]);
                assertThat(rows.positions()[at]).isEqualTo(t);
            }
        }
    }

    private EncoderConfig config() {
        TinyCrossEncoder.random(directory, 1);
        return EncoderConfig.read(directory.resolve("config.json"));
    }

    private static PairTokens randomPair(Random random, int length) {
        int[] types = new int[length];
        Arrays.fill(types, length / 2, length, 1);
        return new PairTokens(random.ints(length, 0, 256).toArray(), types);
    }

    /** Changes a letter of the tensor's name in the header, which leaves everything where it is. */
    private static void renameTensor(Path file, String name) throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        String renamed = text.replaceFirst("\"" + name + "\"", "\"X" + name.substring(1) + "\"");
        assertThat(renamed).isNotEqualTo(text);
        Files.writeString(file, renamed, StandardCharsets.ISO_8859_1);
    }
}
