package rerank.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointCacheTest {
    private final List<String> downloads = new ArrayList<>();
    private Path root;
    private CheckpointCache cache;

    @BeforeEach
    void makeCache(@TempDir Path directory) {
        root = directory.resolve("cache");
        cache = new CheckpointCache(root);
    }

    @Test
    void downloadsOnce() throws IOException {
        Path first = get("v1");
        Path second = get("v1");

        assertThat(second).isEqualTo(first);
        assertThat(first.resolve("config.json")).hasContent("v1");
        assertThat(downloads).containsExactly("v1");
    }

    @Test
    void damagedCopyIsDownloadedAgain() throws IOException {
        Files.writeString(get("v1").resolve("config.json"), "other");

        assertThat(get("v1").resolve("config.json")).hasContent("v1");
        assertThat(downloads).containsExactly("v1", "v1");
    }

    @Test
    void downloadThatFailsLeavesNothing() throws IOException {
        assertThatThrownBy(() -> cache.get("v1", hash("v1"), directory -> {
                    Files.writeString(directory.resolve("config.json"), "half");
                    throw new CheckpointStoreException("cut off");
                }))
                .hasMessage("cut off");

        assertThat(copies()).isEmpty();
    }

    @Test
    void oneContentOfManyUnderOneNameIsNotTakenForAnother() throws IOException {
        Path one = get("v1");
        Path other = cache.get(
                "v1", hash("other"), directory -> Files.writeString(directory.resolve("config.json"), "other"));

        assertThat(one.resolve("config.json")).hasContent("v1");
        assertThat(other.resolve("config.json")).hasContent("other");
    }

    @Test
    void fourFetchedLastAreKept() throws IOException {
        for (int i = 1; i <= 4; i++) {
            age(get("v" + i), 100 - i);
        }
        get("v1");
        get("v5");

        assertThat(copies()).extracting(copy -> copy.substring(0, 2)).containsExactlyInAnyOrder("v1", "v3", "v4", "v5");
    }

    @Test
    void twoAtOnceEndWithOneCopy() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        CyclicBarrier both = new CyclicBarrier(2);

        List<Future<Path>> copies = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            copies.add(threads.submit(() -> cache.get("v1", hash("v1"), directory -> {
                Files.writeString(directory.resolve("config.json"), "v1");
                await(both);
            })));
        }

        assertThat(copies.get(0).get()).isEqualTo(copies.get(1).get());
        threads.shutdown();
        assertThat(copies()).hasSize(1);
        assertThat(copies.get(0).get().resolve("config.json")).hasContent("v1");
    }

    private static void await(CyclicBarrier both) {
        try {
            both.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Path get(String version) throws IOException {
        return cache.get(version, hash(version), directory -> {
            downloads.add(version);
            Files.writeString(directory.resolve("config.json"), version);
        });
    }

    private static String hash(String content) throws IOException {
        Path file = Files.writeString(Files.createTempDirectory("hashed").resolve("config.json"), content);
        String hash = CheckpointHash.of(file.getParent());
        Files.delete(file);
        Files.delete(file.getParent());
        return hash;
    }

    private static void age(Path copy, int seconds) throws IOException {
        Files.setLastModifiedTime(copy, FileTime.from(Instant.now().minusSeconds(seconds)));
    }

    private List<String> copies() throws IOException {
        try (Stream<Path> all = Files.list(root)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }
}
