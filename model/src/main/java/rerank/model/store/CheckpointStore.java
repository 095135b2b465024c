package rerank.model.store;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps checkpoint directories under the names of their versions. A version's content never changes; whoever fetches one
 * gets all of it or an error.
 */
public interface CheckpointStore {
    /**
     * Copies a checkpoint directory under the name of its version, all of it or nothing. It may be repeated with the same
     * content, also by several writers at once.
     *
     * @param version 1 to 200 letters, digits, {@code .}, {@code _} or {@code -}, the first one a letter or a digit
     * @param checkpoint a directory; links in it are followed
     * @return where it lies and its hash, as {@link #fetch} wants them
     * @throws CheckpointStoreException if the version is there with other content, or the directory cannot be read or copied
     * @throws IllegalArgumentException if the version is no such name
     */
    Stored put(String version, Path checkpoint);

    /**
     * A local directory that holds a checkpoint whose hash was just checked. It is not to be changed, and stays as it is while
     * the process lives, or where it is a copy, at least until three others were fetched.
     *
     * @param uri as {@link #put} returned it
     * @param sha256 the hash that the content must have, in lower-case hexadecimal; empty: not checked
     * @throws CheckpointStoreException saying what is wrong: a URI outside of this store, nothing there, or other content
     */
    Path fetch(String uri, String sha256);

    /**
     * Tells whether a directory looks like a checkpoint, before it is put.
     *
     * @throws CheckpointStoreException if it holds neither a model's nor an adapter's configuration
     */
    static void requireCheckpoint(String version, Path checkpoint) {
        if (!Files.isRegularFile(checkpoint.resolve("config.json"))
                && !Files.isRegularFile(checkpoint.resolve("adapter_config.json"))) {
            throw new CheckpointStoreException("model version " + version + ": " + checkpoint
                    + " holds no config.json; put the whole checkpoint directory");
        }
    }

    /**
     * A checkpoint in the store.
     *
     * @param uri where it lies
     * @param sha256 see {@link CheckpointHash}
     */
    record Stored(String uri, String sha256) {}
}
