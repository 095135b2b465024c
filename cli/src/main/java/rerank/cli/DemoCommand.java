package rerank.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rerank.cli.replay.Answer;
import rerank.cli.replay.Replay;
import rerank.cli.replay.RerankClient;
import rerank.cli.replay.RerankRequest;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;
import rerank.trainer.dataset.Dataset;

/** {@code rerank demo}: everything in one process, on shopping queries that word overlap cannot answer. */
@Command(
        name = "demo",
        description =
                "Watch queries flow through Kafka into a model that explains its rankings; takes a minute or two.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {
    private static final String SPLIT = "test";
    private static final int DEPTH = 50;
    private static final int IN_FLIGHT = 2;
    private static final int SHOWN = 3;

    @Option(names = "--queries", paramLabel = "N", description = "Queries to stream in. Default: ${DEFAULT-VALUE}.")
    private int queries = 60;

    @Option(
            names = "--learn",
            description = "Instead, see it learn: simulated customers click, versions go out and get better, and one that"
                    + " saboteurs taught is refused. Takes a few minutes.")
    private boolean isLearning;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    private final RankedResultsText text = new RankedResultsText(SHOWN);

    @Override
    public Integer call() throws Exception {
        if (isLearning) {
            new LearningDemo(model.directory()).run();
            return 0;
        }
        long start = System.nanoTime();
        PairJudge judge = model.load();
        say("checkpoint %s loaded", judge.identity().modelVersion());
        try (EmbeddedService service = EmbeddedService.start(judge, Map.of())) {
            say("Kafka broker, schema registry and worker are running");
            Dataset shop = StorefrontData.makeTest(queries);
            List<RerankRequest> requests = RerankRequest.of(shop, SPLIT, queries, DEPTH);
            say(
                    "%d shopping queries stream in, each with its %d best products by BM25; ready after %.1f s%n",
                    requests.size(), DEPTH, (System.nanoTime() - start) / 1e9);
            Replay.Settings settings = new Replay.Settings(
                    model.mode().map(Mode::id).orElse(""), model.explainTop(), IN_FLIGHT, Duration.ofMinutes(2));
            try (RerankClient client = new RerankClient(service.client(), service.topics())) {
                Replay.Outcome outcome = new Replay(client, settings).run(requests, this::show);
                new ReplayResult(requests, outcome).print("demo", "storefront " + SPLIT, shop.qrels(SPLIT), output);
            }
        }
        return 0;
    }

    private void show(Answer answer) {
        System.out.print(text.of(answer.request().query().text(), answer.results()));
    }

    private static void say(String format, Object... args) {
        System.out.printf(Locale.ROOT, format + "%n", args);
    }
}
