package rerank.benchmarks;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import rerank.cli.DataOptions;
import rerank.cli.ModelOptions;
import rerank.cli.console.Table;
import rerank.cli.replay.Comparison;
import rerank.cli.replay.InProcess;
import rerank.cli.replay.RerankRequest;
import rerank.cli.replay.Runs;
import rerank.cli.report.LatencyMillis;
import rerank.model.CheckpointJudge;
import rerank.model.generation.Scheduler;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Ranking;
import rerank.model.transformer.Device;
import rerank.model.transformer.Precision;
import rerank.model.transformer.Transformer;
import rerank.trainer.dataset.Dataset;

/**
 * What a precision does to scores: the same data set judged in each, beside float32: quality, rank correlation of the model's
 * scores with float32's (Kendall's tau-b of each query's candidates, in the mean), and the largest difference of a score.
 */
@Command(
        name = "precision",
        description = "A data set judged in every precision, beside float32.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class PrecisionBenchmark implements Callable<Integer> {
    private static final Ranking NOTHING = new Ranking(List.of());

    @Mixin
    private final DataOptions data = new DataOptions();

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Override
    public Integer call() {
        Dataset dataset = data.read();
        List<RerankRequest> requests = data.requests(dataset);
        Comparison quality = new Comparison(Runs.firstStage(requests), dataset.qrels(data.split()));
        Map<Precision, Map<String, Ranking>> rankings = new EnumMap<>(Precision.class);
        for (Precision precision : Precision.values()) {
            if (Transformer.supports(precision)) {
                InProcess.Outcome outcome = judge(requests, precision);
                quality.add(
                        precision.id(),
                        outcome.run(),
                        LatencyMillis.ofNanos(outcome.latencyNanos()),
                        outcome.pairsPerSecond());
                rankings.put(precision, outcome.rankings());
            }
        }
        Table agreement = new Table("", "Kendall's tau-b", "largest difference");
        Map<String, Ranking> reference = rankings.getOrDefault(Precision.FLOAT32, Map.of());
        rankings.forEach((precision, found) ->
                agreement.row(precision.id(), meanCorrelation(reference, found), largestDifference(reference, found)));
        System.out.printf(
                Locale.ROOT, "%s, %d queries%n%n%s%n%s", data.describe(dataset), requests.size(), quality, agreement);
        return 0;
    }

    private InProcess.Outcome judge(List<RerankRequest> requests, Precision precision) {
        System.err.println(precision.id());
        try (PairJudge judge =
                CheckpointJudge.load(model.directory(), precision, Device.cpu(), Scheduler.Limits.DEFAULT)) {
            Mode mode = judge.identity().modes().contains(Mode.LABEL)
                    ? Mode.LABEL
                    : judge.identity().defaultMode();
            InProcess.run(
                    requests.subList(0, Math.min(3, requests.size())),
                    request -> judge.rerank(request.query(), request.candidates(), mode, 0),
                    () -> {});
            return InProcess.run(
                    requests, request -> judge.rerank(request.query(), request.candidates(), mode, 0), () -> {});
        }
    }

    private static double meanCorrelation(Map<String, Ranking> reference, Map<String, Ranking> found) {
        return reference.entrySet().stream()
                .mapToDouble(entry -> tauB(pairs(entry.getValue(), found.getOrDefault(entry.getKey(), NOTHING))))
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }

    private static double largestDifference(Map<String, Ranking> reference, Map<String, Ranking> found) {
        return reference.entrySet().stream()
                .flatMap(entry -> pairs(entry.getValue(), found.getOrDefault(entry.getKey(), NOTHING)).stream())
                .mapToDouble(pair -> Math.abs(pair[0] - pair[1]))
                .max()
                .orElse(Double.NaN);
    }

    /** The model's two scores of each candidate, whatever the first stage's weight. */
    private static List<double[]> pairs(Ranking one, Ranking other) {
        Map<String, Double> scores = new HashMap<>();
        for (Ranking.Item item : other.items()) {
            if (item.judgment() instanceof Judgment.Judged judged) {
                scores.put(item.candidate().docId(), judged.labels().score());
            }
        }
        List<double[]> pairs = new ArrayList<>();
        for (Ranking.Item item : one.items()) {
            Double score = scores.get(item.candidate().docId());
            if (score != null && item.judgment() instanceof Judgment.Judged judged) {
                pairs.add(new double[] {judged.labels().score(), score});
            }
        }
        return pairs;
    }

    /** Kendall's tau-b: pairs of candidates in the same order less those in the other, over the root of those not tied. */
    private static double tauB(List<double[]> scores) {
        long agreeing = 0;
        long untiedFirst = 0;
        long untiedSecond = 0;
        for (int i = 0; i < scores.size(); i++) {
            for (int j = 0; j < i; j++) {
                int first = Double.compare(scores.get(i)[0], scores.get(j)[0]);
                int second = Double.compare(scores.get(i)[1], scores.get(j)[1]);
                agreeing += (long) Integer.signum(first) * Integer.signum(second);
                untiedFirst += first == 0 ? 0 : 1;
                untiedSecond += second == 0 ? 0 : 1;
            }
        }
        return agreeing / Math.sqrt((double) untiedFirst * untiedSecond);
    }
}
