package rerank.cli;

import java.io.IOException;
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

    /** Starts one with {@code worker.properties} of a directory, where it writes {@code worker.log}. */
    static Process start(Path directory) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashWorker.class.getName(),
                        directory.resolve("worker.properties").toString(),
                        "20")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("worker.log").toFile()))
                .start();
    }
}
