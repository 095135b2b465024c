package rerank.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rerank.cli.console.ProgressBar;
import rerank.cli.replay.Replay;
import rerank.cli.replay.RerankClient;
import rerank.cli.replay.RerankRequest;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;
import rerank.schemas.TopicNames;
import rerank.topology.worker.WorkerConfig;
import rerank.topology.worker.WorkerKeys;
import rerank.trainer.dataset.Dataset;

/** {@code rerank replay}: a data set as events through Kafka, with figures. */
@Command(
        name = "replay",
        description = "Send a data set through Kafka and print first stage against reranked.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ReplayCommand implements Callable<Integer> {
    @Mixin
    private final DataOptions data = new DataOptions();

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Use the Kafka of this worker configuration, where a worker runs already, instead of an"
                    + " embedded one; --model is then the worker's business.")
    private @Nullable Path config;

    @Option(
            names = "--first-stage-weight",
            paramLabel = "W",
            description = "Share of the first stage in the scores, 0 to 1; 1 gives back its order. Default: what the"
                    + " checkpoint learned. With --config it is the worker's business.")
    private @Nullable Double firstStageWeight;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            description = "Queries without an answer at a time. Default: ${DEFAULT-VALUE}.")
    private int inFlight = 4;

    @Option(
            names = "--deadline",
            paramLabel = "SECONDS",
            description = "A query is answered by then, partially if need be. Default: ${DEFAULT-VALUE}.")
    private int deadlineSeconds = 600;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws Exception {
        // A wrong address is told before the data are read, which takes a while.
        WorkerConfig worker = config == null ? null : ConfigOption.requireBroker(ConfigOption.load(config));
        Dataset dataset = data.read();
        List<RerankRequest> requests = data.requests(dataset);
        ReplayResult result = worker == null
                ? embedded(requests)
                : replay(ConfigOption.client(worker), worker.topicPlan().names(), requests);
        result.print("replay", data.describe(dataset), dataset.qrels(data.split()), output);
        return 0;
    }

    private ReplayResult embedded(List<RerankRequest> requests) throws IOException {
        PairJudge judge = model.load();
        try (EmbeddedService service = EmbeddedService.start(judge, settings())) {
            return replay(service.client(), service.topics(), requests);
        }
    }

    private Map<String, String> settings() {
        return firstStageWeight == null
                ? Map.of()
                : Map.of(WorkerKeys.FIRST_STAGE_WEIGHT, Double.toString(firstStageWeight));
    }

    private ReplayResult replay(Map<String, Object> client, TopicNames topics, List<RerankRequest> requests) {
        Replay.Settings settings = new Replay.Settings(
                model.mode().map(Mode::id).orElse(""),
                model.explainTop(),
                inFlight,
                Duration.ofSeconds(deadlineSeconds));
        try (RerankClient connection = new RerankClient(client, topics);
                ProgressBar bar = new ProgressBar("queries", requests.size())) {
            return new ReplayResult(requests, new Replay(connection, settings).run(requests, answer -> bar.step()));
        }
    }
}
