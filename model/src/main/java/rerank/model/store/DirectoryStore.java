package rerank.model.store;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.SortedMap;

/**
 * Keeps checkpoints in a directory: one below it for each version. What is being written has a hidden name until it is whole
 * and on the disk, and then gets its own by one atomic rename; a writer that dies leaves a hidden directory, which later
 * writers delete after a day.
 */
public final class DirectoryStore implements CheckpointStore {
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
            CheckpointStore.requireCheckpoint(version, checkpoint);
            try (Incoming incoming = Incoming.in(root)) {
                copy(checkpoint, incoming.path());
                String hash = CheckpointHash.of(incoming.path());
                if (!incoming.rename(target)) {
                    requireSame(version, target, hash);
                }
                return new Stored(uriOf(target), hash);
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

    private static void requireSame(String version, Path target, String hash) throws IOException {
        String found = CheckpointHash.of(target);
        if (!found.equals(hash)) {
            throw new CheckpointStoreException("model version " + version
                    + " is in the store already with other content ("
                    + target + " has hash " + found + ", the new one " + hash + "); a version never changes: give the"
                    + " new weights a name of their own");
        }
    }

    private static String said(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
}
