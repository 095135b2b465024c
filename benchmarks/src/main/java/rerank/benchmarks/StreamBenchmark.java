package rerank.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rerank.cli.DataOptions;
import rerank.cli.EmbeddedService;
import rerank.cli.ModelOptions;
import rerank.cli.console.Table;
import rerank.cli.replay.InProcess;
import rerank.cli.replay.Replay;
import rerank.cli.replay.RerankClient;
import rerank.cli.replay.RerankRequest;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;

/**
 * Pairs per second through Kafka beside the same model called in process, in one run. Budget: at least 0.9 of it.
 *
 * <p>The two alternate, so that a machine that speeds up or slows down does so for both; the first round of each warms up
 * and does not count; what is reported is the median.
 */
@Command(
        name = "stream",
        description = "A data set through Kafka beside the same model in process, in one run.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class StreamBenchmark implements Callable<Integer> {
    @Mixin
    private final DataOptions data = new DataOptions();

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds that count. Default: ${DEFAULT-VALUE}.")
    private int rounds = 3;

    @Option(names = "--in-flight", paramLabel = "N", description = "Queries in flight. Default: ${DEFAULT-VALUE}.")
    private int inFlight = 4;

    @Override
    public Integer call() throws Exception {
        List<RerankRequest> requests = data.requests(data.read());
        List<Double> inProcess = new ArrayList<>();
        List<Double> throughKafka = new ArrayList<>();
        try (PairJudge direct = model.load();
                EmbeddedService service = EmbeddedService.start(model.load(), Map.of())) {
            Mode mode = model.mode().orElse(direct.identity().defaultMode());
            for (int round = 0; round <= rounds; round++) {
                double alone = inProcess(direct, requests, mode);
                double streamed = throughKafka(service, requests, mode);
                System.err.printf(
                        Locale.ROOT,
                        "%s: in process %.1f pairs/s, through Kafka %.1f%n",
                        round == 0 ? "warm-up" : "round " + round,
                        alone,
                        streamed);
                if (round > 0) {
                    inProcess.add(alone);
                    throughKafka.add(streamed);
                }
            }
            double alone = median(inProcess);
            double streamed = median(throughKafka);
            System.out.printf(
                    Locale.ROOT,
                    "%d queries, mode %s, %s, medians of %d rounds%n%n%s%nthrough Kafka / in process: %.3f%n",
                    requests.size(),
                    mode.id(),
                    direct.identity().modelVersion(),
                    rounds,
                    new Table("", "pairs/s").row("in process", alone).row("through Kafka", streamed),
                    streamed / alone);
        }
        return 0;
    }

    private double inProcess(PairJudge reranker, List<RerankRequest> requests, Mode mode) {
        return InProcess.run(
                        requests,
                        request -> reranker.rerank(request.query(), request.candidates(), mode, model.explainTop()),
                        () -> {})
                .pairsPerSecond();
    }

    private double throughKafka(EmbeddedService service, List<RerankRequest> requests, Mode mode) {
        Replay.Settings settings = new Replay.Settings(mode.id(), model.explainTop(), inFlight, Duration.ofMinutes(10));
        try (RerankClient client = new RerankClient(service.client(), service.topics())) {
            Replay.Outcome outcome = new Replay(client, settings).run(requests, answer -> {});
            long pairs = outcome.answers().stream()
                    .mapToLong(answer -> answer.results().getCandidatesJudged())
                    .sum();
            return pairs / (outcome.wallNanos() / 1e9);
        }
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
