package rerank.topology.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** The name by which the group knows this worker again after a restart: static membership needs a stable one. */
final class InstanceId {
    private InstanceId() {}

    /** The name kept in the state directory; made up and stored at the first start. */
    static String keptIn(Path stateDirectory, String applicationId) {
        Path file = stateDirectory.resolve(applicationId + ".instance-id");
        try {
            if (Files.exists(file)) {
                String kept = Files.readString(file).strip();
                if (!kept.isEmpty()) {
                    return kept;
                }
            }
            Files.createDirectories(stateDirectory);
            String id = "worker-" + UUID.randomUUID();
            Files.writeString(file, id);
            return id;
        } catch (IOException e) {
            throw new WorkerException(
                    WorkerKeys.STATE_DIR + "=" + stateDirectory + " cannot be used: " + e
                            + "; name a directory that the worker may write to",
                    e);
        }
    }
}
