package rerank.cli;

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
        List<PairJudge> judges = new JudgeLoader(settings.inference(), FreeMemory.bytes())
                .load(settings.checkpoint().orElseGet(ModelOptions::shipped));
        PairJudge.Identity identity = judges.get(0).identity();
        Worker worker = Worker.start(settings, judges);
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
                identity.modelVersion(),
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
