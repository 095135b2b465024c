package rerank.trainer.learning;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import rerank.model.LanguageModelReranker;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.Query;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.evaluation.Calibration;
import rerank.trainer.evaluation.EvaluationReport;
import rerank.trainer.evaluation.GradedLabels;
import rerank.trainer.evaluation.JudgedSplit;
import rerank.trainer.faithfulness.ExplanationChecker;
import rerank.trainer.faithfulness.Faithfulness;

/**
 * Labelled queries that no user and no training ever touches: what a candidate must not lose on, whatever clicks say.
 *
 * <p>Ranked as when serving, the checkpoint's own share of the first stage included. Explanations of the best candidates of
 * some queries are written and checked too.
 */
public final class GoldenSet {
    private static final long SAMPLE_SEED = 11;
    private static final int EXPLAINED_PER_QUERY = 2;

    private final Dataset dataset;
    private final List<Query> queries;
    private final Qrels qrels;
    private final int depth;
    private final int explained;
    private final Optional<ExplanationChecker> checker;
    private final int threads;

    /**
     * A seeded sample of a split's queries that have a relevant document.
     *
     * @param size queries at most
     * @param depth first-stage candidates of each
     * @param explained pairs whose explanations are written and checked; 0 for none
     * @param checker of explanations; empty where nobody knows enough of the data
     * @param threads that judge
     */
    public GoldenSet(
            Dataset dataset,
            String split,
            int size,
            int depth,
            int explained,
            Optional<ExplanationChecker> checker,
            int threads) {
        this.dataset = dataset;
        this.depth = depth;
        this.explained = explained;
        this.checker = checker;
        this.threads = threads;
        Qrels judged = dataset.qrels(split);
        List<Query> all = new ArrayList<>(dataset.queries(split).stream()
                .filter(query -> judged.of(query.id()).values().stream().anyMatch(grade -> grade > 0))
                .toList());
        Collections.shuffle(all, new Random(SAMPLE_SEED));
        this.queries = List.copyOf(all.subList(0, Math.min(size, all.size())));
        Set<String> sampled = queries.stream().map(Query::id).collect(Collectors.toSet());
        this.qrels = judged.only(sampled);
    }

    /** How many queries there are. */
    public int size() {
        return queries.size();
    }

    /** The queries. */
    public List<Query> queries() {
        return queries;
    }

    /**
     * Figures of a checkpoint.
     *
     * @param ndcg10 by query, in the same order for every checkpoint
     * @param calibrationError expected calibration error of "relevant at all" over all pairs
     * @param explanations how many were asked for
     * @param readable share of them that can be read; 1 where none was asked for
     * @param faithfulness share of what they say or owe that holds; NaN where it cannot be checked
     */
    public record Figures(
            double[] ndcg10, double calibrationError, int explanations, double readable, double faithfulness) {
        /** Mean nDCG@10. */
        public double meanNdcg10() {
            double sum = 0;
            for (double value : ndcg10) {
                sum += value;
            }
            return ndcg10.length == 0 ? 0 : sum / ndcg10.length;
        }
    }

    /** Measures a checkpoint directory. */
    public Figures measure(Path checkpoint) {
        JudgedSplit judged = JudgedSplit.judge(
                () -> LanguageModelReranker.load(checkpoint), dataset, queries, Pair.Task.LABEL, depth, threads);
        try (LanguageModelReranker reranker = LanguageModelReranker.load(checkpoint)) {
            double weight = reranker.identity().firstStageWeight(Mode.LABEL);
            EvaluationReport report = EvaluationReport.of(judged.run(weight), qrels);
            Explained found = explain(reranker, judged);
            return new Figures(
                    report.values("ndcg10"),
                    Calibration.of(graded(judged)).ece(),
                    found.asked(),
                    found.asked() == 0 ? 1 : (double) found.readable() / found.asked(),
                    found.faithfulness().explanations() == 0
                            ? Double.NaN
                            : found.faithfulness().score());
        }
    }

    private List<GradedLabels> graded(JudgedSplit judged) {
        List<GradedLabels> graded = new ArrayList<>();
        judged.queries().forEach((id, query) -> {
            for (int i = 0; i < query.candidates().size(); i++) {
                if (query.judgments().get(i) instanceof Judgment.Judged label) {
                    graded.add(new GradedLabels(
                            label.labels(),
                            qrels.grade(id, query.candidates().get(i).docId())));
                }
            }
        });
        return graded;
    }

    private record Explained(int asked, int readable, Faithfulness faithfulness) {}

    /** Writes explanations of the best candidates of the first queries, label first. */
    private Explained explain(LanguageModelReranker reranker, JudgedSplit judged) {
        Faithfulness faithfulness = Faithfulness.NONE;
        if (explained == 0 || !reranker.identity().modes().contains(Mode.JUSTIFY)) {
            return new Explained(0, 0, faithfulness);
        }
        List<Pair> pairs = pairs(judged);
        List<Judgment> judgments = reranker.judge(pairs);
        int readable = 0;
        for (int i = 0; i < pairs.size(); i++) {
            String text = judgments.get(i) instanceof Judgment.Judged one ? one.explanation() : "";
            readable += text.isBlank() ? 0 : 1;
            Pair pair = pairs.get(i);
            var claims = checker.flatMap(each -> each.check(pair.query(), pair.candidate(), text));
            faithfulness = claims.isPresent() ? faithfulness.with(text, claims.get()) : faithfulness.withUnchecked();
        }
        return new Explained(pairs.size(), readable, faithfulness);
    }

    private List<Pair> pairs(JudgedSplit judged) {
        List<Pair> pairs = new ArrayList<>();
        for (Query query : queries) {
            JudgedSplit.JudgedQuery one = judged.queries().get(query.id());
            if (one == null || pairs.size() >= explained) {
                continue;
            }
            Map<Candidate, LabelDistribution> labels = new LinkedHashMap<>();
            for (int i = 0; i < one.candidates().size() && labels.size() < EXPLAINED_PER_QUERY; i++) {
                if (one.judgments().get(i) instanceof Judgment.Judged label) {
                    labels.put(one.candidates().get(i), label.labels());
                }
            }
            labels.forEach((candidate, given) -> pairs.add(new Pair(query, candidate, Pair.Task.JUSTIFY, given)));
        }
        return pairs;
    }
}
