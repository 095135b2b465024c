package rerank.trainer.distillation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import rerank.model.LanguageModelReranker;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Pair;
import rerank.model.ranking.Query;
import rerank.model.transformer.TransformerTrainer;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.evaluation.EvaluationReport;
import rerank.trainer.evaluation.JudgedSplit;

/** Dev queries of a data set, reranked as they are when serving. */
public final class RankingDev implements DevSet {
    private static final long SAMPLE_SEED = 7;

    private final Dataset dataset;
    private final List<Query> queries;
    private final Qrels qrels;
    private final int candidates;

    /**
     * Takes a seeded sample of the dev queries that have a relevant document.
     *
     * @param size queries at most
     * @param candidates of the first stage for each
     */
    public RankingDev(Dataset dataset, int size, int candidates) {
        this.dataset = dataset;
        this.candidates = candidates;
        List<Query> all = new ArrayList<>(dataset.queries("dev").stream()
                .filter(query ->
                        dataset.qrels("dev").of(query.id()).values().stream().anyMatch(grade -> grade > 0))
                .toList());
        Collections.shuffle(all, new Random(SAMPLE_SEED));
        this.queries = List.copyOf(all.subList(0, Math.min(size, all.size())));
        Set<String> sampled = queries.stream().map(Query::id).collect(Collectors.toSet());
        this.qrels = dataset.qrels("dev").only(sampled);
    }

    @Override
    public String name() {
        return dataset.name();
    }

    /** In label mode, without the first stage's scores. */
    @Override
    public Measured measure(TransformerTrainer trainer, Supplier<LanguageModelReranker> rerankers, int threads) {
        JudgedSplit judged = judge(rerankers, Pair.Task.LABEL, threads);
        int[] actual = new int[3];
        int[] predicted = new int[3];
        judged.queries().forEach((id, query) -> {
            for (int i = 0; i < query.candidates().size(); i++) {
                actual[Math.min(2, qrels.grade(id, query.candidates().get(i).docId()))]++;
                if (query.judgments().get(i) instanceof Judgment.Judged label) {
                    predicted[label.labels().label()]++;
                }
            }
        });
        return new Measured("ndcg10", ndcg(judged, 0), false, counts(actual), counts(predicted));
    }

    private static List<Integer> counts(int[] counts) {
        return Arrays.stream(counts).boxed().toList();
    }

    /** Judges the candidates of the sampled queries. */
    public JudgedSplit judge(Supplier<LanguageModelReranker> rerankers, Pair.Task task, int threads) {
        return JudgedSplit.judge(rerankers, dataset, queries, task, candidates, threads);
    }

    /** nDCG@10 of the ranking by judgments and the first stage's scores with this weight. */
    public double ndcg(JudgedSplit judged, double firstStageWeight) {
        return EvaluationReport.of(judged.run(firstStageWeight), qrels).mean("ndcg10");
    }
}
