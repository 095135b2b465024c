package rerank.cli;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rerank.cli.console.ProgressBar;
import rerank.cli.replay.Comparison;
import rerank.cli.replay.InProcess;
import rerank.cli.replay.RerankRequest;
import rerank.cli.replay.Runs;
import rerank.cli.report.LatencyMillis;
import rerank.cli.report.PeakMemory;
import rerank.cli.report.Report;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Run;
import rerank.trainer.evaluation.LinearControl;

/** {@code rerank eval}: a data set in process, without Kafka, all modes and the control side by side. */
@Command(
        name = "eval",
        description = "Rerank a data set without Kafka: all modes beside the first stage and a linear control.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EvalCommand implements Callable<Integer> {
    private static final String TRAIN_SPLIT = "train";
    private static final int CONTROL_EPOCHS = 3;
    private static final long CONTROL_SEED = 1;

    @Mixin
    private final DataOptions data = new DataOptions();

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Option(
            names = "--no-control",
            description = "Leave out the linear control, which is trained on the split train (a minute or so).")
    private boolean withoutControl;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws Exception {
        // A wrong directory is told before the data are read, which takes a while.
        try (PairJudge reranker = model.load()) {
            Dataset dataset = data.read();
            List<RerankRequest> requests = data.requests(dataset);
            PairJudge.Identity identity = reranker.identity();
            Mode named = model.mode().orElse(identity.defaultMode());
            Map<Mode, InProcess.Outcome> outcomes = new EnumMap<>(Mode.class);
            for (Mode mode : modes(identity)) {
                outcomes.put(mode, rerank(reranker, requests, mode));
            }
            print(dataset, requests, identity, named, outcomes);
        }
        return 0;
    }

    private void print(
            Dataset dataset,
            List<RerankRequest> requests,
            PairJudge.Identity identity,
            Mode named,
            Map<Mode, InProcess.Outcome> outcomes)
            throws IOException {
        Comparison comparison = new Comparison(Runs.firstStage(requests), dataset.qrels(data.split()));
        outcomes.forEach((mode, outcome) -> comparison.add(
                mode.id(), outcome.run(), LatencyMillis.ofNanos(outcome.latencyNanos()), outcome.pairsPerSecond()));
        if (!withoutControl && dataset.qrels().containsKey(TRAIN_SPLIT)) {
            System.err.println("linear control: training");
            comparison.add("linear control", control(dataset));
        }
        InProcess.Outcome outcome = Objects.requireNonNull(outcomes.get(named));
        System.out.printf(
                "%n%s: %d queries, %d candidates, %s; its card names mode %s%n%n%s",
                data.describe(dataset),
                requests.size(),
                outcome.pairs(),
                identity.modelVersion(),
                identity.defaultMode().id(),
                comparison);
        output.write(outcome.run(), identity.modelVersion() + "-" + named.id());
        output.write(new Report(
                "eval",
                data.describe(dataset),
                requests.size(),
                outcome.pairs(),
                named.id(),
                identity.modelVersion(),
                comparison.firstStage(),
                comparison.quality(named.id()),
                comparison.others(named.id()),
                LatencyMillis.ofNanos(outcome.latencyNanos()),
                outcome.pairsPerSecond(),
                outcome.wallNanos() / 1e9,
                PeakMemory.rssBytes()));
    }

    private Run control(Dataset dataset) {
        return LinearControl.train(dataset, TRAIN_SPLIT, data.depth(), CONTROL_EPOCHS, CONTROL_SEED)
                .rerank(dataset, data.split(), data.depth());
    }

    private Set<Mode> modes(PairJudge.Identity identity) {
        return new TreeSet<>(model.mode().map(Set::of).orElseGet(identity::modes));
    }

    private InProcess.Outcome rerank(PairJudge reranker, List<RerankRequest> requests, Mode mode) {
        try (ProgressBar bar = new ProgressBar(mode.id(), requests.size())) {
            return InProcess.run(
                    requests,
                    request -> reranker.rerank(request.query(), request.candidates(), mode, model.explainTop()),
                    bar::step);
        }
    }
}
