package rerank.cli;

import java.nio.file.Path;
import rerank.topology.worker.Worker;
import rerank.topology.worker.WorkerConfig;

/** A worker in a process of its own, with a judge that a test can predict; it runs until it is killed. */
final class CrashWorker {
    private CrashWorker() {}

    public static void main(String[] args) throws Exception {
        WorkerConfig config = WorkerConfig.load(Path.of(args[0]));
        try (Worker worker = Worker.start(config, new SlowJudge(Long.parseLong(args[1])))) {
            System.out.println("worker is running");
            worker.awaitEnd();
        }
    }
}
