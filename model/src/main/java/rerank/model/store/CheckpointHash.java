package rerank.model.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The hash of a checkpoint directory: SHA-256, in lower-case hexadecimal, of the lines {@code <SHA-256 of a file>  <its name,
 * relative, with />\n}, sorted by name. It is what {@code find . -type f | cut -c3- | LC_ALL=C sort | xargs sha256sum | sha256sum} says inside of
 * the directory.
 */
public final class CheckpointHash {
    private CheckpointHash() {}

    /**
     * Hashes all files below a directory; links are followed.
     *
     * @throws IOException if something cannot be read
     */
    public static String of(Path directory) throws IOException {
        return of(ofFiles(directory));
    }

    /** The hash of a directory whose files have these names and hashes. */
    public static String of(SortedMap<String, String> files) {
        return HexFormat.of().formatHex(sha256().digest(lines(files).getBytes(StandardCharsets.UTF_8)));
    }

    /** The lines that are hashed. */
    public static String lines(SortedMap<String, String> files) {
        StringBuilder lines = new StringBuilder();
        files.forEach(
                (name, hash) -> lines.append(hash).append("  ").append(name).append('\n'));
        return lines.toString();
    }

    /**
     * The hashes of all files below a directory by their relative names with {@code /}; links are followed.
     *
     * @throws IOException if something cannot be read
     */
    public static SortedMap<String, String> ofFiles(Path directory) throws IOException {
        SortedMap<String, String> hashes = new TreeMap<>();
        for (Map.Entry<String, Path> file : files(directory).entrySet()) {
            hashes.put(file.getKey(), ofFile(file.getValue()));
        }
        return hashes;
    }

    /** The files below a directory by their relative names with {@code /}; links are followed. */
    public static SortedMap<String, Path> files(Path directory) throws IOException {
        SortedMap<String, Path> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
            all.filter(Files::isRegularFile).forEach(file -> files.put(nameOf(directory.relativize(file)), file));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return files;
    }

    private static String nameOf(Path relative) {
        return relative.toString().replace(relative.getFileSystem().getSeparator(), "/");
    }

    private static String ofFile(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
