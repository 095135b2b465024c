package rerank.model.store;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * Keeps checkpoints in a directory: one below it for each version. What is being written has a hidden name until it is whole
 * and on the disk, and then gets its own by one atomic rename; a writer that dies leaves a hidden directory, which later
 * writers delete after a day.
 */
public final class DirectoryStore implements CheckpointStore {
    private static final String INCOMING = ".incoming-";
    private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

    private final Path root;

    /**
     * A store in a directory, which is created with the first checkpoint.
     *
     * @param root reached under the same path by all who use the store
     */
    public DirectoryStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /**
     * A store by its address.
     *
     * @param uri for example {@code file:///var/lib/rerank/checkpoints}
     * @throws IllegalArgumentException if it is no such address
     */
    public static DirectoryStore at(String uri) {
        return new DirectoryStore(pathOf(uri));
    }

    @Override
    public Stored put(String version, Path checkpoint) {
        Path target = root.resolve(VersionName.require(version));
        try {
            requireCheckpoint(version, checkpoint);
            Files.createDirectories(root);
            deleteAbandoned();
            Path incoming = Files.createTempDirectory(root, INCOMING);
            try {
                copy(checkpoint, incoming);
                String hash = CheckpointHash.of(incoming);
                if (!rename(incoming, target)) {
                    requireSame(version, target, hash);
                }
                return new Stored(uriOf(target), hash);
            } finally {
                delete(incoming);
            }
        } catch (IOException e) {
            throw new CheckpointStoreException(
                    "model version " + version + ": " + checkpoint + " cannot be copied to " + target + ": " + said(e),
                    e);
        }
    }

    @Override
    public Path fetch(String uri, String sha256) {
        Path directory = inside(uri);
        if (!Files.isDirectory(directory)) {
            throw new CheckpointStoreException("there is no checkpoint at " + uri
                    + "; it was deleted, or this machine does" + " not see the store's directory " + root);
        }
        try {
            String found = CheckpointHash.of(directory);
            if (!sha256.isEmpty() && !found.equals(sha256)) {
                throw new CheckpointStoreException("the checkpoint at " + uri
                        + " is not what was published: its hash is "
                        + found + ", announced was " + sha256 + "; it is damaged or was changed. Delete it and publish"
                        + " that version again");
            }
            return directory;
        } catch (IOException e) {
            throw new CheckpointStoreException("the checkpoint at " + uri + " cannot be read: " + said(e), e);
        }
    }

    /** Only directories right below the root are checkpoints, whatever an announcement says. */
    private Path inside(String uri) {
        Path directory;
        try {
            directory = pathOf(uri).toAbsolutePath().normalize();
        } catch (IllegalArgumentException e) {
            throw new CheckpointStoreException(String.valueOf(e.getMessage()), e);
        }
        if (!root.equals(directory.getParent())
                || directory.getFileName().toString().startsWith(".")
                || Files.isSymbolicLink(directory)) {
            throw new CheckpointStoreException("the checkpoint " + uri + " is not in the store " + uriOf(root)
                    + "; only what lies there is loaded");
        }
        return directory;
    }

    private static Path pathOf(String uri) {
        try {
            return Path.of(new URI(uri));
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            throw new IllegalArgumentException(
                    "'" + uri + "' is no address of a directory, such as file:///var/lib/rerank/checkpoints", e);
        }
    }

    /** Without the slash at the end that depends on whether the directory is there. */
    private static String uriOf(Path directory) {
        String uri = directory.toUri().toString();
        return uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
    }

    private static void requireCheckpoint(String version, Path checkpoint) {
        if (!Files.isRegularFile(checkpoint.resolve("config.json"))
                && !Files.isRegularFile(checkpoint.resolve("adapter_config.json"))) {
            throw new CheckpointStoreException("model version " + version + ": " + checkpoint
                    + " holds no config.json; put the whole checkpoint directory");
        }
    }

    private static void copy(Path checkpoint, Path incoming) throws IOException {
        SortedMap<String, Path> files = CheckpointHash.files(checkpoint);
        for (Map.Entry<String, Path> file : files.entrySet()) {
            Path copy = incoming.resolve(file.getKey());
            Files.createDirectories(copy.getParent());
            Files.copy(file.getValue(), copy);
            try (FileChannel written = FileChannel.open(copy, StandardOpenOption.WRITE)) {
                written.force(true);
            }
        }
        // A temporary directory is its owner's alone; workers may run as somebody else.
        if (incoming.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(incoming, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    /** False if the version is there already. */
    private static boolean rename(Path incoming, Path target) throws IOException {
        try {
            Files.move(incoming, target, StandardCopyOption.ATOMIC_MOVE);
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

    private static void requireSame(String version, Path target, String hash) throws IOException {
        String found = CheckpointHash.of(target);
        if (!found.equals(hash)) {
            throw new CheckpointStoreException("model version " + version
                    + " is in the store already with other content ("
                    + target + " has hash " + found + ", the new one " + hash + "); a version never changes: give the"
                    + " new weights a name of their own");
        }
    }

    private void deleteAbandoned() throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(ABANDONED_AFTER));
        try (DirectoryStream<Path> all = Files.newDirectoryStream(root, INCOMING + "*")) {
            for (Path incoming : all) {
                if (Files.getLastModifiedTime(incoming).compareTo(old) < 0) {
                    delete(incoming);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }

    private static String said(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
}
