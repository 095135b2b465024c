package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.model.weights.ElementType;
import rerank.model.weights.SafeTensorsWriter;
import rerank.topology.worker.Inference;

class JudgeLoaderTest {
    private static final long MIB = 1L << 20;
    private static final OptionalLong FREE = OptionalLong.of(512 * MIB);

    @TempDir
    private Path directory;

    @Test
    void loadsAJudgeForEachDevice() throws IOException {
        List<PairJudge> judges =
                new JudgeLoader(inference("cpu, cpu", "auto", 16), FREE).load(TestCheckpoint.write(directory));

        assertThat(judges).hasSize(2).allSatisfy(JudgeLoaderTest::judgesAndCloses);
    }

    @Test
    void anAdapterIsMergedWithItsBase() throws IOException {
        Path base = TestCheckpoint.write(directory.resolve("base"));
        Path adapter = writeAdapter(directory.resolve("adapter"));
        JudgeLoader loader = new JudgeLoader(inference("cpu", "float32", 16), FREE);

        try (PairJudge plain = loader.load(base, base).get(0);
                PairJudge adapted = loader.load(adapter, base).get(0)) {
            assertThat(plain.identity().modelVersion()).isEqualTo("random-1");
            assertThat(adapted.identity().modelVersion()).isEqualTo("adapted-1");
            assertThat(label(adapted)).isNotEqualTo(label(plain));
        }
    }

    private static Path writeAdapter(Path adapter) throws IOException {
        Files.createDirectories(adapter);
        Files.writeString(adapter.resolve("adapter_config.json"), """
                {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["q_proj"]}""");
        Files.writeString(adapter.resolve("reranker.json"), """
                {"modelVersion": "adapted-1", "promptTemplate": "compact-v1", "defaultMode": "justify",
                 "maxPromptTokens": 200, "maxExplanationTokens": 12}""");
        String name = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
        SafeTensorsWriter.write(
                adapter.resolve("adapter_model.safetensors"),
                List.of(ones(name + "A.weight", 2, 32), ones(name + "B.weight", 32, 2)),
                ElementType.F32);
        return adapter;
    }

    private static SafeTensorsWriter.Tensor ones(String name, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 3;
        }
        return new SafeTensorsWriter.Tensor(name, List.of((long) rows, (long) columns), () -> values);
    }

    private static Judgment label(PairJudge judge) {
        Pair pair = new Pair(
                new Query("q", "quick fox", ""),
                new Candidate("d", "fox", "the lazy dog", 1, 1),
                Pair.Task.LABEL,
                null);
        return judge.judge(List.of(pair)).get(0);
    }

    @Test
    void aQuarterOfTheFreeMemoryIsForTheCacheByDefault() throws IOException {
        List<PairJudge> judges =
                new JudgeLoader(inference("cpu", "auto", 0), FREE).load(TestCheckpoint.write(directory));

        try (PairJudge judge = judges.get(0)) {
            assertThat(judge.statistics().cacheLimitBytes()).isEqualTo(128 * MIB);
        }
    }

    @Test
    void crossEncodersAreLoadedForTheCpuWhereDevicesAreAuto() throws IOException {
        List<PairJudge> judges =
                new JudgeLoader(inference("auto", "auto", 0), FREE).load(TestCheckpoint.writeCrossEncoder(directory));

        assertThat(judges).singleElement().satisfies(JudgeLoaderTest::judgesAndCloses);
    }

    @Test
    void saysWhatFitsWhenTheCachesAreLargerThanTheFreeMemory() throws IOException {
        Path checkpoint = TestCheckpoint.write(directory);

        assertThatThrownBy(() -> new JudgeLoader(inference("cpu,cpu", "float32", 300), FREE).load(checkpoint))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rerank.cache.mib=300")
                .hasMessageContaining("512 MiB of memory are free for 2 caches; at most 256 fit");
    }

    @Test
    void saysWhatOnePairNeedsWhenTheCacheCannotHoldIt() throws IOException {
        Path checkpoint = TestCheckpoint.write(directory);

        assertThatThrownBy(() ->
                        new JudgeLoader(inference("cpu", "float32", 0), OptionalLong.of(100_000)).load(checkpoint))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("228 tokens")
                .hasMessageContaining("Set rerank.cache.mib to at least 1");
    }

    @Test
    void namesTheKeyOfADeviceOrPrecisionThatIsUnknown() throws IOException {
        Path checkpoint = TestCheckpoint.write(directory);

        assertThatThrownBy(() -> new JudgeLoader(inference("gpu", "auto", 0), FREE).load(checkpoint))
                .hasMessageContaining("rerank.devices: unknown device 'gpu'");
        assertThatThrownBy(() -> new JudgeLoader(inference("cpu", "int7", 0), FREE).load(checkpoint))
                .hasMessageContaining("rerank.precision: unknown precision 'int7'");
    }

    private static Inference inference(String devices, String precision, int cacheMib) {
        return new Inference(devices, precision, 1024, 64, cacheMib);
    }

    private static void judgesAndCloses(PairJudge judge) {
        Pair pair = new Pair(
                new Query("q", "the quick fox", ""),
                new Candidate("d", "", "the lazy dog", 1, 1),
                Pair.Task.LABEL,
                null);
        try (judge) {
            assertThat(judge.judge(List.of(pair))).singleElement().isInstanceOf(Judgment.Judged.class);
        }
    }
}
