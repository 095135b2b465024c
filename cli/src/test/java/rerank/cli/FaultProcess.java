package rerank.cli;

import java.nio.file.Path;
import java.time.Duration;
import rerank.cli.embedded.EmbeddedCluster;
import rerank.topology.worker.Worker;
import rerank.topology.worker.WorkerConfig;
import rerank.trainer.loop.LearnConfig;
import rerank.trainer.loop.Learner;

/** A broker, a worker or a learner in a process of its own; each runs until it is killed. */
final class FaultProcess {
    private static final Duration BETWEEN_CYCLES = Duration.ofMillis(200);

    private FaultProcess() {}

    /**
     * Runs one.
     *
     * @param args {@code broker DIRECTORY PORT PORT}, {@code worker FILE CHECKPOINT} or {@code learner FILE}
     */
    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "broker" -> {
                try (var cluster = EmbeddedCluster.start(
                        Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]))) {
                    System.out.println("broker is running at " + cluster.bootstrapServers());
                    Thread.currentThread().join();
                }
            }
            case "worker" -> work(WorkerConfig.load(Path.of(args[1])), Path.of(args[2]));
            case "learner" -> learn(LearnConfig.read(Path.of(args[1])));
            default -> throw new IllegalArgumentException("no process " + args[0]);
        }
    }

    private static void work(WorkerConfig config, Path checkpoint) throws Exception {
        JudgeLoader loader = new JudgeLoader(config.inference(), FreeMemory.bytes());
        try (Worker worker =
                Worker.start(config, loader.load(checkpoint), Stores.source(config, checkpoint, loader))) {
            System.out.println("worker is running");
            worker.awaitEnd();
        }
    }

    private static void learn(LearnConfig config) throws Exception {
        try (Learner learner = Learner.open(config, RefineCommand.store(config))) {
            System.out.println("learner is running");
            while (true) {
                System.out.println(learner.cycle());
                Thread.sleep(BETWEEN_CYCLES.toMillis());
            }
        }
    }
}
