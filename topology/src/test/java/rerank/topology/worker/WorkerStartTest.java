package rerank.topology.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rerank.model.ranking.BatchJudge;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;

class WorkerStartTest {
    @TempDir
    Path directory;

    @Test
    @Timeout(60)
    void saysWhatToDoWhenTheBrokerStaysAwayAndClosesTheModel() {
        AtomicInteger closed = new AtomicInteger();
        WorkerConfig config = WorkerConfig.of(Map.of(
                "bootstrap.servers", "127.0.0.1:1",
                "schema.registry.url", "mock://start",
                "state.dir", directory.toString(),
                "rerank.start.timeout.ms", "300"));

        assertThatThrownBy(() -> Worker.start(config, new IdleJudge(closed)))
                .isInstanceOf(WorkerException.class)
                .hasMessageContaining("no Kafka broker answers at 127.0.0.1:1")
                .hasMessageContaining("start it, correct bootstrap.servers, or raise rerank.start.timeout.ms");
        assertThat(closed).hasValue(1);
    }

    @Test
    void refusesADefaultModeThatTheModelDoesNotOffer() {
        AtomicInteger closed = new AtomicInteger();
        WorkerConfig config = WorkerConfig.of(Map.of(
                "bootstrap.servers", "127.0.0.1:1",
                "schema.registry.url", "mock://start",
                "state.dir", directory.toString(),
                "rerank.default.mode", "cross-encoder"));

        assertThatThrownBy(() -> Worker.start(config, new IdleJudge(closed)))
                .isInstanceOf(WorkerException.class)
                .hasMessage(
                        "rerank.default.mode: checkpoint idle does not judge in mode cross-encoder, only in explain,"
                                + " justify, label");
        assertThat(closed).hasValue(1);
    }

    @Test
    @Timeout(60)
    void saysSoToWhenTheBrokersNameCannotBeResolved() {
        WorkerConfig config = WorkerConfig.of(Map.of(
                "bootstrap.servers", "no-such-host.invalid:9092",
                "schema.registry.url", "mock://start",
                "state.dir", directory.toString(),
                "rerank.start.timeout.ms", "1"));

        assertThatThrownBy(() -> Worker.start(config, new IdleJudge(new AtomicInteger())))
                .isInstanceOf(WorkerException.class)
                .hasMessageContaining("no Kafka broker answers at no-such-host.invalid:9092");
    }

    @Test
    void keepsItsNameInTheGroupOverRestarts() throws IOException {
        Path state = directory.resolve("new");

        String id = InstanceId.keptIn(state, "rerank");

        assertThat(InstanceId.keptIn(state, "rerank")).isEqualTo(id);
        assertThat(InstanceId.keptIn(directory, "rerank")).isNotEqualTo(id);
    }

    @Test
    void saysWhichDirectoryItCannotUse() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "not a directory");

        assertThatThrownBy(() -> InstanceId.keptIn(file, "rerank"))
                .isInstanceOf(WorkerException.class)
                .hasMessageContaining("state.dir=" + file);
    }

    private static final class IdleJudge extends BatchJudge {
        private final AtomicInteger closed;

        IdleJudge(AtomicInteger closed) {
            super(1);
            this.closed = closed;
        }

        @Override
        protected List<Judgment> judgeTogether(List<Pair> pairs) {
            throw new IllegalStateException("nothing to judge");
        }

        @Override
        public Identity identity() {
            return new Identity("idle", "none", Mode.LABEL, Map.of());
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }
}
