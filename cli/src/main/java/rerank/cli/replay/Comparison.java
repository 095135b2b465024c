package rerank.cli.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rerank.cli.console.Table;
import rerank.cli.report.LatencyMillis;
import rerank.cli.report.Report.Alternative;
import rerank.cli.report.Report.Quality;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;
import rerank.trainer.evaluation.EvaluationReport;
import rerank.trainer.evaluation.Measure;
import rerank.trainer.evaluation.Recall;

/** Rankings of the same candidates side by side: the first stage's, and those made of it. */
public final class Comparison {
    /** The name of the order that the candidates came in. */
    public static final String FIRST_STAGE = "first stage";

    /** Ranks at which recall is reported. */
    public static final List<Integer> RECALL_RANKS = List.of(1, 3, 5, 10, 20, 50);

    private static final List<Measure> MEASURES = Stream.concat(
                    Measure.STANDARD.stream(),
                    RECALL_RANKS.stream().filter(rank -> rank != 10).map(Recall::new))
            .toList();

    /**
     * How far two rankings are apart, by Fisher's paired randomisation test over the queries, two-sided.
     *
     * @param system the one
     * @param than the other
     * @param queries that both ranked and that have a relevant document
     * @param ndcg10 mean nDCG@10 of the one minus that of the other
     * @param p how probable so large a difference is, were there none; not corrected for the number of tests
     */
    public record Difference(String system, String than, int queries, double ndcg10, double p) {}

    /** Fixed, so that the same rankings give the same p-values. */
    private static final long SEED = 20_250_404;

    private record Entry(EvaluationReport report, @Nullable LatencyMillis latency, double pairsPerSecond) {}

    private final Qrels qrels;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** A comparison over the queries of the first stage's run. */
    public Comparison(Run firstStage, Qrels qrels) {
        this.qrels = qrels.only(firstStage.rankings().keySet());
        add(FIRST_STAGE, firstStage);
    }

    /** Adds a ranking whose time does not matter. */
    public Comparison add(String name, Run run) {
        entries.put(name, new Entry(EvaluationReport.of(run, qrels, MEASURES), null, Double.NaN));
        return this;
    }

    /** Adds a ranking and how fast it was made. */
    public Comparison add(String name, Run run, LatencyMillis latency, double pairsPerSecond) {
        entries.put(name, new Entry(EvaluationReport.of(run, qrels, MEASURES), latency, pairsPerSecond));
        return this;
    }

    /** Queries that have a relevant document: those that the figures are means over. */
    public int judgedQueries() {
        return entry(FIRST_STAGE).report().queries();
    }

    /** Quality of the first stage. */
    public Quality firstStage() {
        return quality(FIRST_STAGE);
    }

    /** Quality of a ranking by its name. */
    public Quality quality(String name) {
        EvaluationReport report = entry(name).report();
        return new Quality(report.mean("ndcg10"), report.mean("mrr10"), report.mean("map"), report.mean("recall10"));
    }

    /** The rankings other than the first stage's and the one named. */
    public Map<String, Alternative> others(String name) {
        Map<String, Alternative> others = new LinkedHashMap<>();
        entries.forEach((other, entry) -> {
            if (!other.equals(FIRST_STAGE) && !other.equals(name)) {
                Quality quality = quality(other);
                others.put(
                        other,
                        new Alternative(
                                quality.ndcg10(),
                                quality.mrr10(),
                                quality.map(),
                                quality.recall(),
                                entry.latency(),
                                entry.latency() == null ? null : entry.pairsPerSecond(),
                                null));
            }
        });
        return others;
    }

    /** The names of all rankings, the first stage's first. */
    public List<String> names() {
        return List.copyOf(entries.keySet());
    }

    /** All measures of a ranking, by query too. */
    public EvaluationReport report(String name) {
        return entry(name).report();
    }

    /** Recall of a ranking at {@link #RECALL_RANKS}. */
    public Map<Integer, Double> recallAt(String name) {
        Map<Integer, Double> recall = new LinkedHashMap<>();
        RECALL_RANKS.forEach(rank -> recall.put(rank, report(name).mean(new Recall(rank).id())));
        return recall;
    }

    /** Every ranking against every one before it. */
    public List<Difference> differences() {
        List<Difference> differences = new ArrayList<>();
        List<String> names = names();
        for (int i = 1; i < names.size(); i++) {
            for (int j = 0; j < i; j++) {
                differences.add(difference(names.get(i), names.get(j)));
            }
        }
        return differences;
    }

    private Difference difference(String system, String than) {
        EvaluationReport report = report(system);
        EvaluationReport other = report(than);
        return new Difference(
                system,
                than,
                report.queries(),
                report.mean("ndcg10") - other.mean("ndcg10"),
                report.pValue(other, "ndcg10", SEED));
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("no ranking named " + name + "; there are " + entries.keySet());
        }
        return entry;
    }

    /**
     * The table, with the p-value of each ranking's nDCG@10 against the first stage by a paired randomisation test over
     * the queries.
     */
    @Override
    public String toString() {
        Table table = new Table("", "nDCG@10", "MRR@10", "MAP", "recall@10", "p", "p50 ms", "p99 ms", "pairs/s");
        EvaluationReport base = entry(FIRST_STAGE).report();
        entries.forEach((name, entry) -> {
            EvaluationReport report = entry.report();
            LatencyMillis latency = entry.latency();
            table.row(
                    name,
                    report.mean("ndcg10"),
                    report.mean("mrr10"),
                    report.mean("map"),
                    report.mean("recall10"),
                    name.equals(FIRST_STAGE) ? Double.NaN : report.pValue(base, "ndcg10", SEED),
                    latency == null ? Double.NaN : latency.p50(),
                    latency == null ? Double.NaN : latency.p99(),
                    entry.pairsPerSecond());
        });
        return table.toString();
    }
}
