package rerank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rerank.topology.worker.WorkerConfig;

class StoresTest {
    @TempDir
    Path directory;

    /** Its classes take half a second to load, which nobody should wait for who does not use it. */
    @Test
    void directoryNeedsNoClientOfObjectStorage() throws Exception {
        URL[] withoutClient = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("awssdk"))
                .map(StoresTest::urlOf)
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(withoutClient, ClassLoader.getPlatformClassLoader())) {
            assertThatThrownBy(() -> loader.loadClass("software.amazon.awssdk.services.s3.S3Client"))
                    .isInstanceOf(ClassNotFoundException.class);

            Object store = storeAt(directory.toString(), loader);

            assertThat(store.getClass().getSimpleName()).isEqualTo("DirectoryStore");
            assertThatThrownBy(() -> storeAt("s3://bucket/prefix", loader))
                    .hasRootCauseInstanceOf(ClassNotFoundException.class);
        }
    }

    private Object storeAt(String address, ClassLoader loader) throws Exception {
        Class<?> config = loader.loadClass(WorkerConfig.class.getName());
        return loader.loadClass(Stores.class.getName())
                .getMethod("of", config)
                .invoke(null, config.getMethod("of", Map.class).invoke(null, keys(address)));
    }

    @Test
    void saysWhichAddressesThereAre() {
        WorkerConfig config = WorkerConfig.of(keys("gs://bucket"));

        assertThatThrownBy(() -> Stores.of(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rerank.checkpoint.store=gs://bucket")
                .hasMessageContaining("known are a directory, file:///... and s3://...");
    }

    private static Map<String, String> keys(String store) {
        return Map.of(
                "bootstrap.servers",
                "localhost:9092",
                "schema.registry.url",
                "mock://none",
                "rerank.checkpoint.store",
                store);
    }

    private static URL urlOf(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(entry, e);
        }
    }
}
