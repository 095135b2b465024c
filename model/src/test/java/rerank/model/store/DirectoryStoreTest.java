package rerank.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is particular to directories; {@code CheckpointStoreContract} has what every store does. */
class DirectoryStoreTest {
    private Path root;
    private Path checkpoint;
    private DirectoryStore store;

    @BeforeEach
    void makeCheckpoint(@TempDir Path directory) throws IOException {
        root = directory.resolve("store");
        store = new DirectoryStore(root);
        checkpoint = Files.createDirectory(directory.resolve("checkpoint"));
        Files.writeString(checkpoint.resolve("config.json"), "{}");
        Files.writeString(checkpoint.resolve("model.safetensors"), "weights");
        Files.writeString(
                Files.createDirectory(checkpoint.resolve("onnx")).resolve("notes.txt"), "in a directory of its own");
    }

    @Test
    void givesBackWhatWasPut() throws IOException {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);

        Path fetched = store.fetch(stored.uri(), stored.sha256());

        assertThat(fetched).isEqualTo(root.resolve("v1"));
        assertThat(fetched.resolve("onnx/notes.txt")).hasContent("in a directory of its own");
        assertThat(stored.uri()).isEqualTo("file://" + root.toAbsolutePath() + "/v1");
        assertThat(namesIn(root)).containsExactly("v1");
    }

    /** What {@code sha256sum} says of the same files. */
    @Test
    void hashIsThatOfTheShellsTools(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("b"), "two\n");
        Files.writeString(directory.resolve("a"), "one\n");

        assertThat(CheckpointHash.of(directory))
                .isEqualTo("73d931e3531f13247bbc3a0108fcd0c0ef480260a5e75980db7fa6e0bc531ac4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"changed", "truncated", "missing", "extra"})
    void damageIsFoundBeforeLoading(String damage) throws IOException {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);
        Path weights = root.resolve("v1/model.safetensors");
        switch (damage) {
            case "changed" -> Files.writeString(weights, "weightz");
            case "truncated" -> Files.writeString(weights, "wei");
            case "missing" -> Files.delete(weights);
            default -> Files.writeString(root.resolve("v1/extra.json"), "{}");
        }

        assertThatThrownBy(() -> store.fetch(stored.uri(), stored.sha256()))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageContaining("not what was published")
                .hasMessageContaining(stored.sha256());
    }

    @Test
    void linkOutOfTheStoreIsNotFollowed() throws IOException {
        store.put("v1", checkpoint);
        Files.createSymbolicLink(root.resolve("v2"), checkpoint);

        assertThatThrownBy(() -> store.fetch("file://" + root + "/v2", ""))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageContaining("not in the store");
    }

    @Test
    void directoryWithoutCheckpointIsRefused(@TempDir Path empty) {
        assertThatThrownBy(() -> store.put("v1", empty))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageContaining("config.json");
        assertThat(root).doesNotExist();
    }

    @Test
    void writersAtOnceEndWithOneWholeCheckpoint() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(4);
        List<Callable<CheckpointStore.Stored>> puts = IntStream.range(0, 100)
                .<Callable<CheckpointStore.Stored>>mapToObj(i -> () -> store.put("v1", checkpoint))
                .toList();

        List<Future<CheckpointStore.Stored>> stored = writers.invokeAll(puts);

        writers.shutdown();
        for (Future<CheckpointStore.Stored> one : stored) {
            store.fetch(one.get().uri(), one.get().sha256());
        }
        assertThat(namesIn(root)).containsExactly("v1");
    }

    @Test
    void whatADeadWriterLeftIsNoCheckpointAndGoesAfterADay() throws IOException {
        Path fresh = Files.createDirectories(root.resolve(".incoming-1"));
        Path old = Files.createDirectories(root.resolve(".incoming-2"));
        Files.writeString(old.resolve("config.json"), "{}");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));

        store.put("v1", checkpoint);

        assertThat(old).doesNotExist();
        assertThat(fresh).exists();
        assertThatThrownBy(() -> store.fetch("file://" + root + "/.incoming-1", ""))
                .isInstanceOf(CheckpointStoreException.class);
    }

    private static List<String> namesIn(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
