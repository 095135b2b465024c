package rerank.cli;

import java.nio.file.Path;
import rerank.model.store.CheckpointStore;
import rerank.model.store.DirectoryStore;
import rerank.topology.worker.ModelSource;
import rerank.topology.worker.WorkerConfig;
import rerank.topology.worker.WorkerKeys;
import rerank.trainer.loop.LearnConfig;

/** The store of published checkpoints that a configuration names, by the scheme of its address. */
public final class Stores {
    private static final String FILE = "file:";

    private Stores() {}

    /**
     * The store of a worker's configuration.
     *
     * @throws IllegalArgumentException if its address is none
     */
    public static CheckpointStore of(WorkerConfig config) {
        return at(config.checkpointStore(), WorkerKeys.CHECKPOINT_STORE);
    }

    /** The store of a learner's configuration: the same, by the same address. */
    public static CheckpointStore of(LearnConfig config) {
        return at(config.store(), "checkpoint.store");
    }

    private static CheckpointStore at(String address, String key) {
        if (address.startsWith(FILE)) {
            return DirectoryStore.at(address);
        }
        if (address.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
            throw new IllegalArgumentException(key + "=" + address
                    + " is an address of a kind that is not known; known are a directory and file:///...");
        }
        return new DirectoryStore(Path.of(address));
    }

    /** Where a worker with this configuration gets its models. */
    static ModelSource source(WorkerConfig config, Path configured, JudgeLoader loader) {
        return new ModelSource(
                configured, of(config), checkpoint -> loader.load(checkpoint, configured), FreeMemory::bytes);
    }
}
