package rerank.store.s3;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import rerank.model.store.CheckpointHash;

/**
 * What a version consists of, in the lines of {@code sha256sum}. They are those whose hash is the checkpoint's, so who knows
 * that hash can check a manifest before anything is downloaded, and a person with {@code sha256sum -c} what was.
 *
 * @param files hashes of the files by their names, relative, with {@code /}
 */
record Manifest(SortedMap<String, String> files) {
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  (.+)");

    /** Names that lead out of a directory, or are none. */
    private static final Pattern STRAY = Pattern.compile("(^|.*/)\\.{0,2}(/.*|$)|.*[\\r\\n\\\\].*", Pattern.DOTALL);

    Manifest {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        for (String name : files.keySet()) {
            if (STRAY.matcher(name).matches()) {
                throw new IllegalArgumentException("'" + name + "' is no name of a file in a checkpoint");
            }
        }
    }

    static Manifest of(Path directory) throws IOException {
        return new Manifest(CheckpointHash.ofFiles(directory));
    }

    /**
     * Reads the lines.
     *
     * @throws IllegalArgumentException saying what is no such line
     */
    static Manifest parse(String lines) {
        SortedMap<String, String> files = new TreeMap<>();
        for (String line : lines.split("\n", -1)) {
            Matcher form = LINE.matcher(line);
            if (form.matches()) {
                files.put(form.group(2), form.group(1));
            } else if (!line.isEmpty()) {
                throw new IllegalArgumentException("'" + line + "' is no line of sha256sum");
            }
        }
        return new Manifest(files);
    }

    String lines() {
        return CheckpointHash.lines(files);
    }

    /** The checkpoint's hash. */
    String hash() {
        return CheckpointHash.of(files);
    }
}
