package rerank.store.s3;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import rerank.model.store.CheckpointStore;
import rerank.model.store.DirectoryStore;

class DirectoryStoreContractTest extends CheckpointStoreContract {
    @Override
    CheckpointStore emptyStore() {
        return new DirectoryStore(directory.resolve("store"));
    }

    @Override
    void damage(CheckpointStore.Stored stored, String file, String content) throws IOException {
        Path damaged = Path.of(URI.create(stored.uri())).resolve(file);
        Files.delete(damaged);
        if (content != null) {
            Files.writeString(damaged, content);
        }
    }

    @Override
    void delete(CheckpointStore.Stored stored) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(Path.of(URI.create(stored.uri())))) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
