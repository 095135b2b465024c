package rerank.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rerank.model.store.CheckpointHash;
import rerank.model.store.CheckpointStore;
import rerank.model.store.CheckpointStoreException;
import rerank.store.testing.S3Server;

/** The contract, and what is particular to object storage, against a server of its protocol. */
class S3StoreIT extends CheckpointStoreContract {
    private static final String ADDRESS = "s3://" + S3Server.BUCKET + "/shop/versions";
    private static final String PREFIX = "shop/versions/";
    private static final String MANIFEST = PREFIX + "v1/SHA256SUMS";

    private S3Server server;

    @Override
    CheckpointStore emptyStore() throws Exception {
        server = S3Server.start();
        return store("cache");
    }

    private CheckpointStore store(String cache) {
        return S3Store.at(ADDRESS, directory.resolve(cache));
    }

    @AfterEach
    void stopServer() throws Exception {
        server.close();
    }

    @Override
    void damage(CheckpointStore.Stored stored, String file, String content) {
        String key = keyOf(stored, file);
        assertThat(server.keys()).contains(key);
        if (content == null) {
            server.delete(key);
        } else {
            server.write(key, content.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    void delete(CheckpointStore.Stored stored) {
        server.keys().stream().filter(key -> key.startsWith(PREFIX + "v1/")).forEach(server::delete);
    }

    private static String keyOf(CheckpointStore.Stored stored, String file) {
        return PREFIX + "v1/" + stored.sha256() + "/" + file;
    }

    @Test
    void manifestIsWhatTheShellsToolsSayAndHashesToTheVersion() throws IOException {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);

        assertThat(stored.uri()).isEqualTo(ADDRESS + "/v1");
        assertThat(server.keys())
                .containsExactlyInAnyOrder(
                        MANIFEST,
                        keyOf(stored, "a part/ä+%.txt"),
                        keyOf(stored, "config.json"),
                        keyOf(stored, "empty"),
                        keyOf(stored, "model.safetensors"));
        assertThat(Manifest.of(checkpoint).hash()).isEqualTo(stored.sha256());
    }

    @Test
    void uploadThatWasCutOffIsInvisibleAndCanBeRepeated() {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);
        server.delete(MANIFEST);
        server.delete(keyOf(stored, "model.safetensors"));

        assertThatThrownBy(() -> store.fetch(stored.uri(), stored.sha256()))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageContaining("there is no checkpoint at " + ADDRESS + "/v1 (s3://" + S3Server.BUCKET + "/"
                        + MANIFEST + " at " + server.endpoint() + ")")
                .hasMessageContaining("publish it again");
        assertThat(store.put("v1", checkpoint)).isEqualTo(stored);
        assertThat(store.fetch(stored.uri(), stored.sha256())).exists();
    }

    /** One cut off does not stand in the way of another content either. */
    @Test
    void nameOfAnUploadThatWasCutOffIsFree() throws IOException {
        store.put("v1", checkpoint);
        server.delete(MANIFEST);
        Files.writeString(checkpoint.resolve("model.safetensors"), "others");

        CheckpointStore.Stored stored = store.put("v1", checkpoint);

        assertThat(store.fetch(stored.uri(), stored.sha256()).resolve("model.safetensors"))
                .hasContent("others");
    }

    @Test
    void puttingItAgainRepairsWhatIsDamagedAndSaysWhichObjectItIs() {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);
        damage(stored, "model.safetensors", "weightz");

        assertThatThrownBy(() -> store.fetch(stored.uri(), stored.sha256()))
                .hasMessageContaining("s3://" + S3Server.BUCKET + "/" + keyOf(stored, "model.safetensors") + " at "
                        + server.endpoint() + " has hash ");
        store.put("v1", checkpoint);

        assertThat(store.fetch(stored.uri(), stored.sha256())).exists();
    }

    @Test
    void changedManifestIsFoundBeforeAnythingIsDownloaded() throws IOException {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);
        server.write(MANIFEST, ("0".repeat(64) + "  config.json\n").getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> store.fetch(stored.uri(), stored.sha256()))
                .hasMessageContaining("not what was published: its hash is ")
                .hasMessageContaining("announced was " + stored.sha256());
        server.write(MANIFEST, ("0".repeat(64) + "  ../../x\n").getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> store.fetch(stored.uri(), ""))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageContaining("SHA256SUMS at " + server.endpoint() + " is damaged: '../../x'");
        assertThat(copies()).isEmpty();
    }

    @Test
    void largeFilesGoInParts() throws IOException {
        byte[] weights = new byte[(40 << 20) + 7];
        for (int i = 0; i < weights.length; i += 1000) {
            weights[i] = (byte) (i / 1000);
        }
        Files.write(checkpoint.resolve("model.safetensors"), weights);

        CheckpointStore.Stored stored = store.put("v1", checkpoint);

        assertThat(CheckpointHash.of(store.fetch(stored.uri(), stored.sha256())))
                .isEqualTo(stored.sha256());
        assertThat(server.holdsParts()).isFalse();
    }

    @Test
    void whatWasFetchedOnceIsThereWhileTheServerIsNot() throws Exception {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);
        Path fetched = store.fetch(stored.uri(), stored.sha256());

        server.stop();

        assertThat(store.fetch(stored.uri(), stored.sha256())).isEqualTo(fetched);
        for (CheckpointStore other : List.of(store, store("another"))) {
            assertThatThrownBy(() -> other.fetch(stored.uri(), "")).hasMessageContaining("no answer");
        }
        assertThatThrownBy(() -> store("another").fetch(stored.uri(), stored.sha256()))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageStartingWith("s3://" + S3Server.BUCKET + "/" + MANIFEST + " at " + server.endpoint()
                        + ": no answer; check that the server runs, that AWS_ENDPOINT_URL_S3 names it");
        assertThatThrownBy(() -> store.put("v2", checkpoint)).hasMessageContaining("no answer");
        server.startAgain();
        assertThat(store("another").fetch(stored.uri(), stored.sha256())).exists();
    }

    @Test
    void damagedCopyIsFetchedAgain() throws IOException {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);
        Path copy = store.fetch(stored.uri(), stored.sha256());
        Files.writeString(copy.resolve("model.safetensors"), "weightz");

        Path again = store.fetch(stored.uri(), stored.sha256());

        assertThat(again.resolve("model.safetensors")).hasContent("weights");
    }

    @Test
    void downloadThatFailsLeavesNothing() throws Exception {
        CheckpointStore.Stored stored = store.put("v1", checkpoint);
        damage(stored, "model.safetensors", "weightz");

        assertThatThrownBy(() -> store.fetch(stored.uri(), stored.sha256()))
                .isInstanceOf(CheckpointStoreException.class);

        assertThat(copies()).isEmpty();
    }

    private List<Path> copies() throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve("cache"))) {
            return all.toList();
        }
    }

    @Test
    void saysThatThereIsNoBucket() {
        assertThatThrownBy(() -> S3Store.at("s3://no-such-bucket", directory).put("v1", checkpoint))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessage("s3://no-such-bucket/v1/SHA256SUMS at " + server.endpoint()
                        + ": there is no such bucket; create it, or correct the store's address (404 NoSuchBucket)");
    }

    @Test
    void saysThatCredentialsAreNotTaken() {
        System.setProperty("aws.secretAccessKey", "of somebody else");

        assertThatThrownBy(() -> store("other").put("v1", checkpoint))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageContaining("does not take the credentials");
    }

    @Test
    void saysThatThereAreNoCredentials() {
        System.clearProperty("aws.accessKeyId");

        assertThatThrownBy(() -> store("other").put("v1", checkpoint))
                .isInstanceOf(CheckpointStoreException.class)
                .hasMessageContaining("there are no credentials; set AWS_ACCESS_KEY_ID");
    }

    @Test
    void saysThatThereIsNoRegion() {
        System.clearProperty("aws.region");

        assertThatThrownBy(() -> store("other"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set AWS_REGION");
    }
}
