package rerank.model.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory that is being written: it has a hidden name until it is whole and then gets its own by one atomic rename. What a
 * dead writer left, later ones delete after a day. Owned by its writer.
 *
 * @param path where to write
 */
record Incoming(Path path) implements AutoCloseable {
    private static final String PREFIX = ".incoming-";
    private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

    /** A new one, empty, in a directory that is created if it is missing. */
    static Incoming in(Path root) throws IOException {
        Files.createDirectories(root);
        deleteAbandoned(root);
        return new Incoming(Files.createTempDirectory(root, PREFIX));
    }

    /** Gives it its name; false if that is there already. */
    boolean rename(Path target) throws IOException {
        try {
            Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (FileSystemException e) {
            // Linux says of a directory that holds something that it is not empty, in words of its own.
            if (Files.isDirectory(target)) {
                return false;
            }
            throw e;
        }
    }

    /** Deletes it, unless it has its name. */
    @Override
    public void close() throws IOException {
        delete(path);
    }

    /** Deletes a directory with all that is in it, if it is there. */
    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }

    private static void deleteAbandoned(Path root) throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(ABANDONED_AFTER));
        try (DirectoryStream<Path> all = Files.newDirectoryStream(root, PREFIX + "*")) {
            for (Path incoming : all) {
                deleteIfOlder(incoming, old);
            }
        }
    }

    private static void deleteIfOlder(Path incoming, FileTime time) throws IOException {
        try {
            if (Files.getLastModifiedTime(incoming).compareTo(time) < 0) {
                delete(incoming);
            }
        } catch (NoSuchFileException e) {
            // Its writer has just renamed it, or another one has deleted it.
            return;
        }
    }
}
