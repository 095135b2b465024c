package rerank.model.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Local copies of checkpoints that lie elsewhere, one directory for each content, whole or not there. The four that were
 * fetched last are kept: what serves, its canary, and two to go back to. A copy that is damaged is fetched again.
 *
 * <p>Any thread may use it, and processes that share the directory do each other no harm; but then four are kept for all of
 * them, so better give each its own.
 */
public final class CheckpointCache {
    private static final Logger log = LoggerFactory.getLogger(CheckpointCache.class);
    private static final int KEPT = 4;

    private final Path root;

    /** A cache in a directory, which is created with the first copy and holds nothing else. */
    public CheckpointCache(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** Where a checkpoint comes from. */
    @FunctionalInterface
    public interface Source {
        /** Writes the checkpoint into an empty directory; throws if its content is not what it should be. */
        void download(Path directory) throws IOException;
    }

    /**
     * A copy whose hash was just checked.
     *
     * @param version for the directory's name
     * @param sha256 the hash of the content, 64 digits
     * @param source asked if there is no copy or a damaged one
     * @throws IOException if the cache cannot be written
     */
    public Path get(String version, String sha256, Source source) throws IOException {
        Path copy = root.resolve(VersionName.require(version) + "-" + sha256.substring(0, 16));
        if (!isWhole(copy, sha256)) {
            try (Incoming incoming = Incoming.in(root)) {
                source.download(incoming.path());
                // If it is there meanwhile, another thread or process was faster with the same content.
                incoming.rename(copy);
            }
        }
        Files.setLastModifiedTime(copy, FileTime.from(Instant.now()));
        deleteOld();
        return copy;
    }

    private static boolean isWhole(Path copy, String sha256) throws IOException {
        if (!Files.isDirectory(copy)) {
            return false;
        }
        if (CheckpointHash.of(copy).equals(sha256)) {
            return true;
        }
        log.warn("the copy {} is damaged; it is deleted and fetched again", copy);
        Incoming.delete(copy);
        return false;
    }

    private void deleteOld() throws IOException {
        record Used(Path copy, FileTime time) {}

        List<Path> copies;
        try (Stream<Path> all = Files.list(root)) {
            copies = all.filter(path -> !path.getFileName().toString().startsWith("."))
                    .toList();
        }
        List<Used> used = new ArrayList<>();
        for (Path copy : copies) {
            try {
                used.add(new Used(copy, Files.getLastModifiedTime(copy)));
            } catch (NoSuchFileException e) {
                log.debug("{} was deleted by another process", copy, e);
            }
        }
        used.sort(Comparator.comparing(Used::time).reversed());
        for (Used old : used.subList(Math.min(KEPT, used.size()), used.size())) {
            Incoming.delete(old.copy());
        }
    }
}
