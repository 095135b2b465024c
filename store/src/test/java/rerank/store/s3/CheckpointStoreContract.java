package rerank.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rerank.model.store.CheckpointHash;
import rerank.model.store.CheckpointStore;
import rerank.model.store.CheckpointStoreException;

/** What every store does, wherever it keeps its checkpoints. */
abstract class CheckpointStoreContract {
    @TempDir
    Path directory;

    Path checkpoint;
    CheckpointStore store;

    /** A store with nothing in it. */
    abstract CheckpointStore emptyStore() throws Exception;

    /** Writes other content over a file of a version; null: deletes it. */
    abstract void damage(CheckpointStore.Stored stored, String file, String content) throws Exception;

    /** Deletes all of a version. */
    abstract void delete(CheckpointStore.Stored stored) throws Exception;

    @BeforeEach
    void makeCheckpoint() throws Exception {
        store = emptyStore();
        checkpoint = Files.createDirectory(directory.resolve("checkpoint"));
        Files.writeString(checkpoint.resolve("config.json"), "{}");
        Files.writeString(checkpoint.resolve("model.safetensors"), "weights");
        Files.writeString(Files.createDirectory(checkpoint.resolve("a part")).resolve("ä+%.txt"), "of its own");
        Files.createFile(checkpoint.resolve("empty"));
    }

    @Test
    void givesBackWhatWasPut() throws IOException {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);

        Path fetched = store.fetch(stored.uri(), stored.sha256());

        assertThat(stored.sha256()).isEqualTo(CheckpointHash.of(checkpoint));
        assertThat(CheckpointHash.ofFiles(fetched)).isEqualTo(CheckpointHash.ofFiles(checkpoint));
        assertThat(fetched.resolve("a part/ä+%.txt")).hasContent("of its own");
        assertThat(store.fetch(stored.uri(), "")).isEqualTo(fetched);
    }

    @Test
    void sameContentAgainIsNoMistake() {
        assertThat(store.put("v1", checkpoint)).isEqualTo(store.put("v1", checkpoint));
    }

    @Test
    void otherContentUnderTheSameNameIsRefused() throws IOException {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);
        Files.writeString(checkpoint.resolve("model.safetensors"), "others");

        assertThatThrownBy(() -> store.put("v1", checkpoint))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageContaining("v1 is in the store already with other content")
                .hasMessageContaining(stored.sha256());
        assertThat(store.fetch(stored.uri(), stored.sha256()).resolve("model.safetensors"))
                .hasContent("weights");
    }

    @ParameterizedTest
    @ValueSource(strings = {"weightz", "wei", ""})
    void damageIsFoundBeforeLoading(String content) throws Exception {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);
        damage(stored, "model.safetensors", content);

        assertThatThrownBy(() -> store.fetch(stored.uri(), stored.sha256()))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageContaining("the checkpoint at " + stored.uri() + " is not what was published");
    }

    @Test
    void missingFileIsFoundBeforeLoading() throws Exception {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);
        damage(stored, "model.safetensors", null);

        assertThatThrownBy(() -> store.fetch(stored.uri(), stored.sha256()))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageContaining("v1");
    }

    @Test
    void otherHashThanAnnouncedIsRefused() {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);

        for (String announced : List.of("0".repeat(64), "../../../etc", "x")) {
            assertThatThrownBy(() -> store.fetch(stored.uri(), announced))
                    .isInstanceOf(CheckpointStoreException.class)
                    .hasMessageContaining("not what was published")
                    .hasMessageContaining(stored.sha256());
        }
    }

    @Test
    void whatWasDeletedIsSaidToBeGoneAndCanBePutAgain() throws Exception {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);
        delete(stored);

        assertThatThrownBy(() -> store.fetch(stored.uri(), stored.sha256()))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageContaining("there is no checkpoint at " + stored.uri());
        assertThat(store.put("v1", checkpoint)).isEqualTo(stored);
        assertThat(store.fetch(stored.uri(), stored.sha256())).exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"file:///etc", "s3://bucket/v1", "not an address", "relative", "V1/../v2", "V1/a", "ROOT", ""})
    void onlyWhatLiesInTheStoreIsFetched(String form) {
        String uri = store.put("v1", checkpoint).uri();
        String address = form.replace("V1", uri).replace("ROOT", uri.substring(0, uri.length() - "/v1".length()));

        assertThatThrownBy(() -> store.fetch(address, "")).isInstanceOf(CheckpointStoreException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "../v1", "a/b", ".hidden", "with space", "-v"})
    void namesThatLeaveTheStoreAreRefused(String version) {
        assertThatThrownBy(() -> store.put(version, checkpoint)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void directoryWithoutCheckpointIsRefused(@TempDir Path empty) {
        assertThatThrownBy(() -> store.put("v1", empty))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageContaining("config.json");
    }

    @Test
    void writersAtOnceEndWithOneWholeCheckpoint() throws Exception {
        List<Callable<CheckpointStore.Stored>> puts = IntStream.range(0, 12)
                .<Callable<CheckpointStore.Stored>>mapToObj(i -> () -> store.put("v1", checkpoint))
                .toList();

        for (Future<CheckpointStore.Stored> one : atOnce(puts)) {
            assertThat(CheckpointHash.of(store.fetch(one.get().uri(), one.get().sha256())))
                    .isEqualTo(CheckpointHash.of(checkpoint));
        }
    }

    /** Which of them wins is chance; that nobody is given what another one put is not. */
    @Test
    void writersOfDifferentContentsAtOnceNeverMix() throws Exception {
        List<Path> contents = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Path other = Files.createDirectory(directory.resolve("other-" + i));
            Files.writeString(other.resolve("config.json"), "{}");
            Files.writeString(other.resolve("model.safetensors"), "weights " + i);
            contents.add(other);
        }

        atOnce(contents.stream()
                .<Callable<Object>>map(content -> () -> {
                    try {
                        return store.put("v1", content);
                    } catch (CheckpointStoreException e) {
                        return e;
                    }
                })
                .toList());

        List<Object> after = new ArrayList<>();
        for (Path content : contents) {
            try {
                after.add(store.put("v1", content));
            } catch (CheckpointStoreException e) {
                assertThat(e).hasMessageContaining("already with other content");
            }
        }
        assertThat(after).hasSize(1);
        CheckpointStore.Stored winner = (CheckpointStore.Stored) after.get(0);
        assertThat(CheckpointHash.of(store.fetch(winner.uri(), winner.sha256())))
                .isEqualTo(winner.sha256());
    }

    static <T> List<Future<T>> atOnce(List<Callable<T>> work) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            return threads.invokeAll(work);
        } finally {
            threads.shutdown();
        }
    }
}
