package rerank.cli.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rerank.cli.console.Table;
import rerank.cli.replay.Comparison;
import rerank.cli.replay.Comparison.Difference;
import rerank.cli.replay.InProcess;
import rerank.cli.replay.RerankRequest;
import rerank.cli.replay.Runs;
import rerank.cli.report.LatencyMillis;
import rerank.cli.report.PeakMemory;
import rerank.cli.report.Report;
import rerank.model.ranking.Mode;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;
import rerank.trainer.evaluation.Calibration;
import rerank.trainer.evaluation.EvaluationReport;
import rerank.trainer.faithfulness.ExplanationChecker;

/**
 * Measures the rankings of several modes, beside the first stage's and the control's.
 *
 * <p>A mode that reranked fewer requests than the others is compared with them over its own: it has a table of its own.
 */
public final class Evaluation {
    private static final int WORST = 10;
    private static final double SIGNIFICANT = 0.05;

    private final Subject subject;
    private final ModeRuns runs;
    private final Comparison all;
    private final @Nullable Comparison same;

    /** How many requests all modes reranked. */
    private final int sameRequests;

    /**
     * What is evaluated on what.
     *
     * @param data names the data set and its split
     * @param requests that were reranked
     * @param depth candidates of a request at most
     * @param qrels of the split
     * @param checker of explanations, where there is one
     * @param explainTop how many explanations JUSTIFY was to give for each ranking
     * @param modelVersion the weights
     * @param control rankings of the linear control; null where it did not run
     */
    public record Subject(
            String data,
            List<RerankRequest> requests,
            int depth,
            Qrels qrels,
            Optional<ExplanationChecker> checker,
            int explainTop,
            String modelVersion,
            @Nullable Run control) {}

    public Evaluation(Subject subject, ModeRuns runs) {
        this.subject = subject;
        this.runs = runs;
        this.all = comparison(subject.requests());
        List<RerankRequest> ofAllModes = subject.requests().stream()
                .filter(request -> runs.outcomes().values().stream()
                        .allMatch(outcome ->
                                outcome.rankings().containsKey(request.query().id())))
                .toList();
        this.sameRequests = ofAllModes.size();
        this.same = sameRequests < subject.requests().size() ? comparison(ofAllModes) : null;
    }

    /** The systems that ranked all of these requests; times only of those that ranked no others. */
    private Comparison comparison(List<RerankRequest> requests) {
        Comparison comparison = new Comparison(Runs.firstStage(requests), subject.qrels());
        runs.outcomes().forEach((mode, outcome) -> {
            if (outcome.rankings().size() == requests.size()) {
                comparison.add(
                        mode.id(),
                        outcome.run(),
                        LatencyMillis.ofNanos(outcome.latencyNanos()),
                        outcome.pairsPerSecond());
            } else if (outcome.rankings().size() > requests.size()) {
                comparison.add(mode.id(), outcome.run());
            }
        });
        Run control = subject.control();
        return control == null ? comparison : comparison.add("linear control", control);
    }

    /** The report. */
    public EvalReport report(Origin origin) {
        InProcess.Outcome chosen = runs.chosenOutcome();
        Map<String, ModeFigures> modes = modes();
        ModeFigures own = modes.get(runs.chosen().id());
        if (own == null) {
            throw new IllegalStateException("mode " + runs.chosen().id() + " has no figures");
        }
        List<QueryFigures> perQuery = perQuery();
        Map<String, Map<Integer, Double>> recallAt = new LinkedHashMap<>();
        all.names().forEach(name -> recallAt.put(name, all.recallAt(name)));
        Map<String, String> leftOut = new LinkedHashMap<>();
        runs.leftOut().forEach((mode, reason) -> leftOut.put(mode.id(), reason));
        return new EvalReport(
                figures(chosen),
                all.judgedQueries(),
                subject.depth(),
                own.calibration(),
                own.scores(),
                own.faithfulness(),
                recallAt,
                modes,
                firstStageWeights(),
                sameQueries(),
                differences(),
                perQuery,
                worst(perQuery, chosen),
                leftOut,
                origin);
    }

    private Report figures(InProcess.Outcome chosen) {
        String name = runs.chosen().id();
        Map<String, Report.Alternative> others = new LinkedHashMap<>(all.others(name));
        if (same != null) {
            same.others(name)
                    .forEach((other, figures) -> others.putIfAbsent(
                            other,
                            new Report.Alternative(
                                    figures.ndcg10(),
                                    figures.mrr10(),
                                    figures.map(),
                                    figures.recall(),
                                    figures.latencyMillis(),
                                    figures.pairsPerSecond(),
                                    sameRequests)));
        }
        return new Report(
                "eval",
                subject.data(),
                subject.requests().size(),
                chosen.pairs(),
                name,
                subject.modelVersion(),
                all.firstStage(),
                all.quality(name),
                others,
                LatencyMillis.ofNanos(chosen.latencyNanos()),
                chosen.pairsPerSecond(),
                chosen.wallNanos() / 1e9,
                PeakMemory.rssBytes());
    }

    private Map<String, ModeFigures> modes() {
        Map<String, ModeFigures> modes = new LinkedHashMap<>();
        runs.outcomes()
                .forEach((mode, outcome) -> modes.put(
                        mode.id(),
                        ModeFigures.of(
                                subject.requests(), outcome, subject.qrels(), subject.checker(), explained(mode))));
        return modes;
    }

    private Map<String, Map<String, Double>> firstStageWeights() {
        Map<String, Map<String, Double>> weights = new LinkedHashMap<>();
        runs.outcomes()
                .forEach((mode, outcome) -> WeightFigures.ndcg10(outcome, subject.qrels())
                        .ifPresent(figures -> weights.put(mode.id(), figures)));
        return weights;
    }

    /**
     * Whether the chosen mode is worth serving on these data, in a sentence: by the test against the first stage, at the level of one
     * in twenty.
     */
    public String verdict() {
        String name = runs.chosen().id();
        Difference difference = all.differences().stream()
                .filter(each -> each.system().equals(name) && each.than().equals(Comparison.FIRST_STAGE))
                .findFirst()
                .orElseThrow();
        String figures = String.format(
                java.util.Locale.ROOT,
                "%+.4f nDCG@10 over %d queries, p = %.4f",
                difference.ndcg10(),
                difference.queries(),
                difference.p());
        if (difference.p() >= SIGNIFICANT) {
            return "These queries cannot tell " + name + " from the first stage (" + figures + ").";
        }
        return difference.ndcg10() > 0
                ? "Here " + name + " is better than the first stage (" + figures + ")."
                : "Here " + name + " does harm (" + figures + "): serve the first stage's order, or more of it"
                        + " (rerank.first.stage.weight; the table above says what other weights give, choose on dev).";
    }

    /** How many of the top of each ranking a mode explains. */
    private int explained(Mode mode) {
        return switch (mode) {
            case EXPLAIN -> Integer.MAX_VALUE;
            case JUSTIFY -> subject.explainTop();
            default -> 0;
        };
    }

    private EvalReport.@Nullable SameQueries sameQueries() {
        if (same == null) {
            return null;
        }
        Map<String, Report.Quality> systems = new LinkedHashMap<>();
        same.names().forEach(name -> systems.put(name, same.quality(name)));
        return new EvalReport.SameQueries(sameRequests, systems);
    }

    private List<Difference> differences() {
        List<Difference> differences = new ArrayList<>(all.differences());
        if (same != null) {
            same.differences().stream()
                    .filter(difference -> !all.names().contains(difference.system())
                            || !all.names().contains(difference.than()))
                    .forEach(differences::add);
        }
        return differences;
    }

    private List<QueryFigures> perQuery() {
        EvaluationReport firstStage = all.report(Comparison.FIRST_STAGE);
        List<QueryFigures> perQuery = new ArrayList<>();
        for (RerankRequest request : subject.requests()) {
            String id = request.query().id();
            if (firstStage.perQuery().containsKey(id)) {
                Map<String, Double> ndcg10 = new LinkedHashMap<>();
                for (String name : all.names()) {
                    ndcg10.put(name, ndcg10(all.report(name), id));
                }
                if (same != null
                        && same.report(Comparison.FIRST_STAGE).perQuery().containsKey(id)) {
                    for (String name : same.names()) {
                        ndcg10.putIfAbsent(name, ndcg10(same.report(name), id));
                    }
                }
                double delta = ndcg10(all.report(runs.chosen().id()), id) - ndcg10(firstStage, id);
                perQuery.add(new QueryFigures(id, request.query().text(), delta, ndcg10));
            }
        }
        return perQuery;
    }

    private static double ndcg10(EvaluationReport report, String queryId) {
        return report.perQuery().getOrDefault(queryId, Map.of()).getOrDefault("ndcg10", 0.0);
    }

    /** Those that lost most against the first stage; of equal ones, those that are worst off. */
    private List<WorstQuery> worst(List<QueryFigures> perQuery, InProcess.Outcome chosen) {
        Map<String, RerankRequest> requests = new LinkedHashMap<>();
        subject.requests().forEach(request -> requests.put(request.query().id(), request));
        String name = runs.chosen().id();
        Comparator<QueryFigures> byDelta = Comparator.comparingDouble(QueryFigures::delta);
        List<WorstQuery> worst = new ArrayList<>();
        perQuery.stream()
                .sorted(byDelta.thenComparing(figures -> figures.ndcg10().getOrDefault(name, 0.0)))
                .limit(WORST)
                .forEach(figures -> {
                    RerankRequest request = requests.get(figures.id());
                    var ranking = chosen.rankings().get(figures.id());
                    if (request != null && ranking != null) {
                        worst.add(WorstQuery.of(figures, request, ranking, subject.qrels(), subject.checker()));
                    }
                });
        return worst;
    }

    /** The tables for the terminal. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(all.toString());
        if (same != null) {
            text.append("\nOver the ")
                    .append(sameRequests)
                    .append(" queries that all modes reranked\n\n")
                    .append(same);
        }
        Table modes = new Table(
                "", "ECE", "Brier", "polarised", "tied", "unjudged", "ms/pair", "faithful", "claims", "explanations");
        modes().forEach((name, figures) -> {
            FaithfulnessFigures checked = figures.faithfulness();
            Calibration calibration = figures.calibration();
            modes.row(
                    name,
                    calibration == null ? Double.NaN : calibration.ece(),
                    calibration == null ? Double.NaN : calibration.brier(),
                    calibration == null ? Double.NaN : figures.scores().model().polarised(),
                    calibration == null ? Double.NaN : figures.scores().model().tied(),
                    figures.unjudged(),
                    figures.millisPerPair(),
                    checked == null ? Double.NaN : checked.score(),
                    checked == null ? "-" : checked.claims(),
                    checked == null ? "-" : checked.explanations());
        });
        text.append("\nThe model's probabilities and scores; how many claims of the explanations hold\n\n")
                .append(modes);
        Table differences = new Table("nDCG@10", "than", "queries", "difference", "p");
        differences()
                .forEach(difference -> differences.row(
                        difference.system(),
                        difference.than(),
                        difference.queries(),
                        String.format(java.util.Locale.ROOT, "%+.4f", difference.ndcg10()),
                        difference.p()));
        text.append('\n').append(differences);
        Map<String, Map<String, Double>> weights = firstStageWeights();
        if (!weights.isEmpty()) {
            List<String> headings = new ArrayList<>(List.of("nDCG@10"));
            WeightFigures.WEIGHTS.forEach(weight -> headings.add("w " + weight));
            Table mixes = new Table(headings.toArray(String[]::new));
            weights.forEach((mode, figures) -> {
                List<Object> row = new ArrayList<>(List.of(mode));
                row.addAll(figures.values());
                mixes.row(row.toArray());
            });
            text.append("\nThe same labels with other weights w of the first stage\n\n")
                    .append(mixes);
        }
        return text.append('\n').append(verdict()).append('\n').toString();
    }
}
