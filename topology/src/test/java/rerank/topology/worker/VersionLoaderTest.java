package rerank.topology.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.ranking.BatchJudge;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.store.CheckpointStore;
import rerank.model.store.CheckpointStoreException;
import rerank.model.store.DirectoryStore;
import rerank.schemas.ModelStatus;
import rerank.schemas.ModelVersion;
import rerank.topology.inference.InferenceEngine;

class VersionLoaderTest {
    private static final long PLENTY = 1L << 40;
    private static final Judgment RELEVANT = new Judgment.Judged(new LabelDistribution(0, 0, 1), "");

    private final List<Fake> made = new ArrayList<>();
    private DirectoryStore store;
    private Path checkpoint;
    private String calledItself = "v-1";
    private Judgment answer = RELEVANT;
    private long freeBytes = PLENTY;

    @BeforeEach
    void makeCheckpoint(@TempDir Path directory) throws IOException {
        store = new DirectoryStore(directory.resolve("store"));
        checkpoint = Files.createDirectory(directory.resolve("checkpoint"));
        Files.writeString(checkpoint.resolve("config.json"), "{}");
        Files.write(checkpoint.resolve("model.safetensors"), new byte[5 << 20]);
    }

    @Test
    void loadsAndWarmsUpBeforeAnyoneIsServed() {
        InferenceEngine engine = loader(Optional.empty()).load(announced("v-1"));

        assertThat(engine.identity().modelVersion()).isEqualTo("v-1");
        assertThat(made.get(0).judged).hasSize(1);
        engine.close();
        assertThat(made.get(0).closed).isTrue();
    }

    @Test
    void saysTheNumbersWhenMemoryDoesNotSuffice() {
        freeBytes = 10 << 20;

        assertThatThrownBy(() -> loader(Optional.empty()).load(announced("v-1")))
                .hasMessageContaining("model version v-1 needs about 21 MiB beside what serves (4 times the 6 MiB of")
                .hasMessageContaining("but 10 MiB of memory are free");
        assertThat(made).isEmpty();
    }

    @Test
    void refusesACheckpointThatCallsItselfOtherwise() {
        calledItself = "v-2";

        assertThatThrownBy(() -> loader(Optional.empty()).load(announced("v-1")))
                .hasMessageContaining("model version v-1: its checkpoint calls itself v-2");
        assertThat(made.get(0).closed).isTrue();
    }

    @Test
    void refusesOneThatCannotJudge() {
        answer = new Judgment.Unjudged("the scores are no numbers");

        assertThatThrownBy(() -> loader(Optional.empty()).load(announced("v-1")))
                .hasMessage("model version v-1 does not judge a sample pair: the scores are no numbers");
        assertThat(made.get(0).closed).isTrue();
    }

    @Test
    void refusesOneWithoutTheConfiguredMode() {
        assertThatThrownBy(() -> loader(Optional.of(Mode.CROSS_ENCODER)).load(announced("v-1")))
                .hasMessageContaining("does not judge in mode cross-encoder");
        assertThat(made.get(0).closed).isTrue();
    }

    @Test
    void loadsNothingThatIsDamaged() throws IOException {
        ModelVersion version = announced("v-1");
        Files.writeString(store.fetch(version.getCheckpointUri(), "").resolve("config.json"), "{");

        assertThatThrownBy(() -> loader(Optional.empty()).load(version)).isInstanceOf(CheckpointStoreException.class);
        assertThat(made).isEmpty();
    }

    private VersionLoader loader(Optional<Mode> defaultMode) {
        ModelSource source = new ModelSource(checkpoint, store, this::fakes, () -> OptionalLong.of(freeBytes));
        return new VersionLoader(source, defaultMode, 10);
    }

    private List<PairJudge> fakes(Path directory) {
        Fake fake = new Fake(calledItself, answer);
        made.add(fake);
        return List.of(fake);
    }

    private ModelVersion announced(String version) {
        CheckpointStore.Stored stored = store.put(version, checkpoint);
        return ModelVersion.newBuilder()
                .setVersion(version)
                .setSequence(1)
                .setCheckpointUri(stored.uri())
                .setSha256(stored.sha256())
                .setStatus(ModelStatus.ACTIVE)
                .build();
    }

    private static final class Fake extends BatchJudge {
        private final String version;
        private final Judgment answer;
        final List<Pair> judged = new ArrayList<>();
        boolean closed;

        Fake(String version, Judgment answer) {
            super(4);
            this.version = version;
            this.answer = answer;
        }

        @Override
        protected List<Judgment> judgeTogether(List<Pair> pairs) {
            judged.addAll(pairs);
            return pairs.stream().map(pair -> answer).toList();
        }

        @Override
        public Identity identity() {
            return new Identity(version, "none", Mode.LABEL, Set.of(Mode.LABEL), Map.of());
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
