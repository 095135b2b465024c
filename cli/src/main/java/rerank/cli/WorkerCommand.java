package rerank.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import rerank.model.ranking.PairJudge;
import rerank.schemas.TopicNames;
import rerank.topology.worker.Worker;
import rerank.topology.worker.WorkerConfig;
import rerank.topology.worker.WorkerException;

/** {@code rerank worker}: serves the topics until it is stopped. */
@Command(
        name = "worker",
        description = "Serve your topics with a checkpoint; start as many as you like, they share the work.",
        mixinStandardHelpOptions = true)
final class WorkerCommand implements Callable<Integer> {
    @Mixin
    private final ConfigOption config = new ConfigOption();

    @Override
    public Integer call() throws Exception {
        WorkerConfig settings = config.load();
        Path checkpoint = settings.checkpoint().orElseGet(ModelOptions::shipped);
        JudgeLoader loader = new JudgeLoader(settings.inference(), FreeMemory.bytes());
        List<PairJudge> judges = loader.load(checkpoint);
        PairJudge.Identity identity = judges.get(0).identity();
        Worker worker = Worker.start(settings, judges, Stores.source(settings, checkpoint, loader));
        // Ctrl-C and SIGTERM: finish what can be finished, commit, and leave.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            System.out.println("Worker " + settings.applicationId() + " is stopping.");
                            worker.close();
                        },
                        "rerank-stop"));
        TopicNames topics = settings.topicPlan().names();
        System.out.printf(
                "Worker %s is running: %s in mode %s, from %s and %s to %s on %s. Stop it with Ctrl-C.%n",
                settings.applicationId(),
                worker.metrics().modelVersion(),
                settings.settings()
                        .answering()
                        .mode()
                        .orElse(identity.defaultMode())
                        .id(),
                topics.queries(),
                topics.candidates(),
                topics.rankedResults(),
                settings.bootstrapServers());
        Optional<Throwable> failure = worker.awaitEnd();
        if (failure.isPresent()) {
            throw new WorkerException("the worker stopped", failure.get());
        }
        return 0;
    }
}
