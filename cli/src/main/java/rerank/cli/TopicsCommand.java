package rerank.cli;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import rerank.topology.worker.TopicPlan;
import rerank.topology.worker.Topics;
import rerank.topology.worker.WorkerConfig;

/** {@code rerank topics create}. */
@Command(
        name = "topics",
        description = "topics create: make the topics that the worker needs and that are missing.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "create")
final class TopicsCommand implements Callable<Integer> {
    @Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "say 'topics create'");
    }

    @Command(
            name = "create",
            description = "Make the topics that are missing; those that exist stay as they are.",
            mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedMethod") // picocli calls it
    private int create(@Mixin ConfigOption file) throws Exception {
        WorkerConfig config = ConfigOption.requireBroker(file.load());
        TopicPlan plan = config.topicPlan();
        try (Admin admin = Admin.create(config.admin())) {
            List<String> created = new Topics(admin, plan).create();
            plan.topics()
                    .forEach(topic -> System.out.printf(
                            "%-8s %s, %d partitions%n",
                            created.contains(topic.name()) ? "created" : "exists",
                            topic.name(),
                            topic.numPartitions()));
        }
        return 0;
    }
}
