package rerank.model.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rerank.model.weights.CheckpointException;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;
import rerank.model.weights.StoredTensor;
import rerank.model.weights.WeightMap;

class AdapterTest {
    private static final Set<AdaptedModule> TARGETS = EnumSet.of(AdaptedModule.Q_PROJ, AdaptedModule.DOWN_PROJ);

    @TempDir
    Path directory;

    private Path adapter;
    private Path base;

    /** q_proj is 3 x 2 and down_proj 2 x 4, in two layers; the adapter has rank 1 and scaling 2. */
    @BeforeEach
    void write() throws IOException {
        adapter = directory.resolve("adapter");
        base = Files.createDirectory(directory.resolve("base"));
        Files.writeString(base.resolve("config.json"), "{}");
        Files.writeString(base.resolve("tokenizer.json"), "{\"of\": \"base\"}");
        List<SafeTensorsWriter.Tensor> low = new ArrayList<>();
        List<SafeTensorsWriter.Tensor> full = new ArrayList<>();
        for (int layer = 0; layer < 2; layer++) {
            low.add(tensor(AdaptedModule.Q_PROJ.adapterWeight(layer, 'A'), 1, 2, 1, 2));
            low.add(tensor(AdaptedModule.Q_PROJ.adapterWeight(layer, 'B'), 3, 1, 1, 0, -1));
            low.add(tensor(AdaptedModule.DOWN_PROJ.adapterWeight(layer, 'A'), 1, 4, 1, 0, 0, layer));
            low.add(tensor(AdaptedModule.DOWN_PROJ.adapterWeight(layer, 'B'), 2, 1, 0.5f, 1));
            full.add(tensor(AdaptedModule.Q_PROJ.weight(layer), 3, 2, 1, 1, 1, 1, 1, 1));
            full.add(tensor(AdaptedModule.DOWN_PROJ.weight(layer), 2, 4, 0, 0, 0, 0, 0, 0, 0, 0));
            full.add(tensor(AdaptedModule.V_PROJ.weight(layer), 1, 2, 7, 8));
        }
        Adapter.write(adapter, new AdapterConfig(1, 2, 0.1, false, TARGETS, "base"), low);
        SafeTensorsWriter.write(base.resolve(WeightMap.SINGLE_FILE), full, ElementType.BF16);
    }

    private static SafeTensorsWriter.Tensor tensor(String name, long rows, long columns, float... values) {
        return new SafeTensorsWriter.Tensor(name, List.of(rows, columns), () -> values);
    }

    @Test
    void whatWasWrittenIsRead() {
        Adapter read = Adapter.read(adapter);

        assertThat(read.config()).isEqualTo(new AdapterConfig(1, 2, 0.1, false, TARGETS, "base"));
        assertThat(read.layers()).isEqualTo(2);
        assertThat(read.beside(AdaptedModule.DOWN_PROJ.weight(1))
                        .orElseThrow()
                        .a()
                        .read())
                .containsExactly(1, 0, 0, 1);
        assertThat(read.beside(AdaptedModule.V_PROJ.weight(1))).isEmpty();
    }

    @Test
    void theNamesAreThoseOfPeft() {
        assertThat(WeightMap.ofFile(adapter.resolve(Adapter.WEIGHTS_FILE)).all().stream()
                        .map(StoredTensor::name))
                .contains(
                        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
                        "base_model.model.model.layers.1.mlp.down_proj.lora_B.weight");
    }

    /** By hand: W + 2 B A; 1 + 2 * 1 * 1 = 3, 1 + 2 * 1 * 2 = 5, the second row untouched, 1 - 2 = -1, 1 - 4 = -3. */
    @Test
    void mergingAddsTheScaledProduct() {
        Path out = directory.resolve("out");

        AdapterMerge.merge(base, adapter, out);

        WeightMap merged = WeightMap.open(out);
        assertThat(merged.require(AdaptedModule.Q_PROJ.weight(0), "test", 3, 2).read())
                .containsExactly(3, 5, 1, 1, -1, -3);
        assertThat(merged.require(AdaptedModule.DOWN_PROJ.weight(1), "test", 2, 4)
                        .read())
                .containsExactly(1, 0, 0, 1, 2, 0, 0, 2);
        assertThat(merged.require(AdaptedModule.V_PROJ.weight(0), "test", 1, 2).read())
                .containsExactly(7, 8);
        assertThat(merged.all()).allMatch(tensor -> tensor.type() == ElementType.BF16);
        assertThat(out.resolve("tokenizer.json")).hasContent("{\"of\": \"base\"}");
    }

    @Test
    void aMergedCheckpointNeverReplacesWhatItIsMadeOf() {
        assertThatThrownBy(() -> AdapterMerge.merge(base, adapter, base))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name another directory");
    }

    @Test
    void rankStabilisedAdaptersAreScaledByTheRootOfTheRank() throws IOException {
        configure("\"use_rslora\" : false", "\"use_rslora\" : true");
        assertThat(Adapter.read(adapter).config().scaling()).isEqualTo(2);

        assertThat(new AdapterConfig(16, 32, 0, true, TARGETS, "").scaling()).isCloseTo(8, within(1e-12));
        assertThat(new AdapterConfig(16, 32, 0, false, TARGETS, "").scaling()).isCloseTo(2, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"peft_type\" : \"LORA\" | \"peft_type\" : \"IA3\" | peft_type=\"IA3\" is not supported",
                "\"bias\" : \"none\" | \"bias\" : \"all\" | bias=\"all\" is not supported",
                "\"fan_in_fan_out\" : false | \"use_dora\" : true | use_dora=true is not supported",
                "\"fan_in_fan_out\" : false | \"rank_pattern\" : {\"q\" : 4} | rank_pattern",
                "\"fan_in_fan_out\" : false | \"modules_to_save\" : [\"lm_head\"] | modules_to_save",
                "\"q_proj\" | \"embed_tokens\" | no module is called 'embed_tokens'",
                "\"r\" : 1 | \"r\" : 0 | r must be at least 1",
                "\"r\" : 1 | \"r\" : 2 | expected r=2",
                "\"q_proj\", | | belongs to none of its target_modules",
            })
    void whatIsNotSupportedOrDoesNotFitIsRefusedByName(String from, String to, String message) throws IOException {
        configure(from, to == null ? "" : to);

        assertThatThrownBy(() -> Adapter.read(adapter))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message);
    }

    @Test
    void whatPeftLeavesNullOrEmptyIsNotAskedFor() throws IOException {
        configure(
                "\"fan_in_fan_out\" : false",
                "\"modules_to_save\" : null, \"rank_pattern\" : {}, \"exclude_modules\" : null, \"use_dora\" : false,"
                        + " \"lora_bias\" : false, \"revision\" : null");

        assertThat(Adapter.read(adapter).config().rank()).isEqualTo(1);
    }

    @Test
    void anAdapterOfAnotherModelIsRefused() {
        SafeTensorsWriter.write(
                base.resolve(WeightMap.SINGLE_FILE),
                List.of(tensor(AdaptedModule.Q_PROJ.weight(0), 2, 2, 1, 1, 1, 1)),
                ElementType.F32);

        assertThatThrownBy(() -> AdapterMerge.merge(base, adapter, directory.resolve("out")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("adapter " + adapter);
    }

    private void configure(String from, String to) throws IOException {
        Path file = adapter.resolve(Adapter.CONFIG_FILE);
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }
}
