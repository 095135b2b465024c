package rerank.cli;

import java.nio.file.Path;
import rerank.model.store.CheckpointStore;
import rerank.model.store.DirectoryStore;
import rerank.store.s3.S3Store;
import rerank.topology.worker.ModelSource;
import rerank.topology.worker.WorkerConfig;
import rerank.topology.worker.WorkerKeys;
import rerank.trainer.loop.LearnConfig;

/** The store of published checkpoints that a configuration names, by the scheme of its address. */
public final class Stores {
    private static final String FILE = "file:";
    private static final String S3 = "s3:";

    /** Where copies of what is fetched from elsewhere lie, in the directory of a worker or of a learner. */
    private static final String CACHE = "checkpoint-cache";

    private Stores() {}

    /**
     * The store of a worker's configuration.
     *
     * @throws IllegalArgumentException if its address is none
     */
    public static CheckpointStore of(WorkerConfig config) {
        return at(
                config.checkpointStore(),
                WorkerKeys.CHECKPOINT_STORE,
                config.stateDirectory().resolve(CACHE));
    }

    /** The store of a learner's configuration: the same, by the same address. */
    public static CheckpointStore of(LearnConfig config) {
        return at(config.store(), "checkpoint.store", config.workDirectory().resolve(CACHE));
    }

    private static CheckpointStore at(String address, String key, Path cache) {
        if (address.startsWith(FILE)) {
            return DirectoryStore.at(address);
        }
        if (address.startsWith(S3)) {
            return S3Store.at(address, cache);
        }
        if (address.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
            throw new IllegalArgumentException(key + "=" + address
                    + " is an address of a kind that is not known; known are a directory, file:///... and s3://...");
        }
        return new DirectoryStore(Path.of(address));
    }

    /** Where a worker with this configuration gets its models. */
    static ModelSource source(WorkerConfig config, Path configured, JudgeLoader loader) {
        return new ModelSource(
                configured, of(config), checkpoint -> loader.load(checkpoint, configured), FreeMemory::bytes);
    }
}
