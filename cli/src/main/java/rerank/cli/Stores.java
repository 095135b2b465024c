package rerank.cli;

import java.nio.file.Path;
import rerank.model.store.CheckpointStore;
import rerank.model.store.DirectoryStore;
import rerank.topology.worker.ModelSource;
import rerank.topology.worker.WorkerConfig;
import rerank.topology.worker.WorkerKeys;

/** The store of published checkpoints that a configuration names, by the scheme of its address. */
public final class Stores {
    private static final String FILE = "file:";

    private Stores() {}

    /**
     * The store of a configuration.
     *
     * @throws IllegalArgumentException if its address is none
     */
    public static CheckpointStore of(WorkerConfig config) {
        String address = config.checkpointStore();
        if (address.startsWith(FILE)) {
            return DirectoryStore.at(address);
        }
        if (address.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
            throw new IllegalArgumentException(WorkerKeys.CHECKPOINT_STORE + "=" + address
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
