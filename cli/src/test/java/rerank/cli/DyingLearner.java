package rerank.cli;

import java.nio.file.Path;
import rerank.model.store.CheckpointStore;
import rerank.trainer.loop.LearnConfig;
import rerank.trainer.loop.Learner;

/** A learner in a process of its own that stands still between training and announcement, to be killed there. */
final class DyingLearner {
    private DyingLearner() {}

    public static void main(String[] args) {
        LearnConfig config = LearnConfig.read(Path.of(args[0]));
        CheckpointStore store = RefineCommand.store(config);
        try (Learner learner = Learner.open(config, new CheckpointStore() {
            @Override
            public Stored put(String version, Path checkpoint) {
                Stored stored = store.put(version, checkpoint);
                if (version.contains("-r0")) {
                    System.out.println("a candidate is stored and not announced");
                    sleep();
                }
                return stored;
            }

            @Override
            public Path fetch(String uri, String sha256) {
                return store.fetch(uri, sha256);
            }
        })) {
            learner.cycle();
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(600_000);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
