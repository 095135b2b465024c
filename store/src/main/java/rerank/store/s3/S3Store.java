package rerank.store.s3;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Pattern;
import rerank.model.store.CheckpointCache;
import rerank.model.store.CheckpointHash;
import rerank.model.store.CheckpointStore;
import rerank.model.store.CheckpointStoreException;
import rerank.model.store.VersionName;

/**
 * Keeps checkpoints in object storage that speaks the S3 protocol. A version is {@code VERSION/HASH/...}, its files, and {@code
 * VERSION/SHA256SUMS}, its manifest. The manifest is written last, and only where there is none, in one step: a version is
 * whole or not there, an upload that was cut off is invisible and may be repeated, and of two contents under one name the
 * second is refused. Files of different contents never meet, since their keys have the hash in them.
 *
 * <p>What is fetched is kept in a {@link CheckpointCache}, so that a checkpoint that was fetched once is there while the storage
 * is not.
 */
public final class S3Store implements CheckpointStore {
    private static final String MANIFEST = "SHA256SUMS";
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    private final S3Address address;
    private final Bucket bucket;
    private final CheckpointCache cache;

    private S3Store(S3Address address, Bucket bucket, CheckpointCache cache) {
        this.address = address;
        this.bucket = bucket;
        this.cache = cache;
    }

    /**
     * A store by its address; it is not talked to yet.
     *
     * @param address for example {@code s3://my-bucket/rerank/checkpoints}
     * @param cache directory for what is fetched
     * @throws IllegalArgumentException if it is no such address, or the environment does not say where the bucket is
     */
    public static S3Store at(String address, Path cache) {
        S3Address parsed = S3Address.of(address);
        return new S3Store(parsed, Bucket.open(parsed.bucket()), new CheckpointCache(cache));
    }

    @Override
    public Stored put(String version, Path checkpoint) {
        VersionName.require(version);
        CheckpointStore.requireCheckpoint(version, checkpoint);
        try {
            Manifest manifest = Manifest.of(checkpoint);
            Optional<Manifest> before = manifest(version);
            if (before.isPresent()) {
                requireSame(version, before.get(), manifest);
            }
            // Also where it is whole already: that repairs what was damaged.
            for (Map.Entry<String, Path> file : CheckpointHash.files(checkpoint).entrySet()) {
                bucket.upload(key(version, manifest, file.getKey()), file.getValue());
            }
            if (!Manifest.of(checkpoint).equals(manifest)) {
                throw new CheckpointStoreException("model version " + version + ": " + checkpoint
                        + " changed while it was published; publish it when nothing writes into it");
            }
            bucket.create(address.key(version, MANIFEST), manifest.lines().getBytes(StandardCharsets.UTF_8));
            requireSame(version, manifest(version).orElseThrow(() -> notThere(version)), manifest);
            return new Stored(address.uri(version), manifest.hash());
        } catch (IOException | IllegalArgumentException e) {
            throw new CheckpointStoreException(
                    "model version " + version + ": " + checkpoint + " cannot be read: " + e, e);
        }
    }

    @Override
    public Path fetch(String uri, String sha256) {
        String version = address.version(uri)
                .orElseThrow(() -> new CheckpointStoreException("the checkpoint " + uri + " is not in the store "
                        + address + "; only what lies there is loaded"));
        // A hash that is none is never that of a manifest.
        if (HASH.matcher(sha256).matches()) {
            return fetch(version, sha256, directory -> download(version, whole(version, sha256), directory));
        }
        Manifest manifest = whole(version, sha256);
        return fetch(version, manifest.hash(), directory -> download(version, manifest, directory));
    }

    private Path fetch(String version, String sha256, CheckpointCache.Source source) {
        try {
            return cache.get(version, sha256, source);
        } catch (IOException e) {
            throw new CheckpointStoreException(
                    "the checkpoint at " + address.uri(version) + " cannot be kept on this machine: " + e, e);
        }
    }

    /** The manifest with that hash; empty: with any. */
    private Manifest whole(String version, String sha256) {
        Manifest manifest = manifest(version).orElseThrow(() -> notThere(version));
        if (!sha256.isEmpty() && !manifest.hash().equals(sha256)) {
            throw new CheckpointStoreException("the checkpoint at " + address.uri(version)
                    + " is not what was published: its hash is " + manifest.hash() + ", announced was " + sha256
                    + "; it is damaged or was changed. Delete it and publish that version again");
        }
        return manifest;
    }

    private Optional<Manifest> manifest(String version) {
        String key = address.key(version, MANIFEST);
        Optional<byte[]> content = bucket.read(key);
        try {
            return content.map(bytes -> Manifest.parse(new String(bytes, StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            throw new CheckpointStoreException(
                    "the checkpoint at " + address.uri(version) + " is not what was published: "
                            + bucket.nameOf(key) + " is damaged: " + e.getMessage()
                            + ". Delete it and publish that version again",
                    e);
        }
    }

    private void download(String version, Manifest manifest, Path directory) throws IOException {
        for (String name : manifest.files().keySet()) {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            bucket.download(key(version, manifest, name), file);
        }
        SortedMap<String, String> found = CheckpointHash.ofFiles(directory);
        for (Map.Entry<String, String> file : manifest.files().entrySet()) {
            String hash = found.get(file.getKey());
            if (!file.getValue().equals(hash)) {
                throw new CheckpointStoreException("the checkpoint at " + address.uri(version)
                        + " is not what was published: " + bucket.nameOf(key(version, manifest, file.getKey()))
                        + " has hash " + hash + ", expected " + file.getValue()
                        + "; it is damaged or was changed. Publish that version again");
            }
        }
    }

    private String key(String version, Manifest manifest, String name) {
        return address.key(version, manifest.hash() + "/" + name);
    }

    private CheckpointStoreException notThere(String version) {
        return new CheckpointStoreException("there is no checkpoint at " + address.uri(version) + " ("
                + bucket.nameOf(address.key(version, MANIFEST))
                + "); it was deleted, or its publication was cut off: publish it again");
    }

    private void requireSame(String version, Manifest there, Manifest wanted) {
        if (!there.equals(wanted)) {
            throw new CheckpointStoreException(
                    "model version " + version + " is in the store already with other content ("
                            + address.uri(version) + " has hash " + there.hash() + ", the new one " + wanted.hash()
                            + "); a version never changes: give the new weights a name of their own");
        }
    }
}
