package rerank.trainer.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.model.ranking.Ranking;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Run;

/**
 * What a model concluded about the candidates of some queries, to be ranked with any weight of the first stage.
 *
 * @param queries by query id
 */
public record JudgedSplit(Map<String, JudgedQuery> queries) {
    /**
     * One query's candidates and judgments, in the same order.
     *
     * @param candidates as the first stage ranked them
     * @param judgments of the model
     */
    public record JudgedQuery(List<Candidate> candidates, List<Judgment> judgments) {
        public JudgedQuery {
            candidates = List.copyOf(candidates);
            judgments = List.copyOf(judgments);
        }
    }

    public JudgedSplit {
        queries = Map.copyOf(queries);
    }

    /**
     * Judges the first candidates of every query.
     *
     * @param judges makes one judge for each thread, which this method closes
     * @param task EXPLAIN or LABEL
     * @param depth candidates of each query
     */
    public static JudgedSplit judge(
            Supplier<? extends PairJudge> judges,
            Dataset dataset,
            List<Query> queries,
            Pair.Task task,
            int depth,
            int threads) {
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Map<String, JudgedQuery>>> parts = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int from = thread;
                parts.add(workers.submit(() -> everyNth(judges, dataset, queries, task, depth, from, threads)));
            }
            Map<String, JudgedQuery> judged = new LinkedHashMap<>();
            for (Future<Map<String, JudgedQuery>> part : parts) {
                judged.putAll(part.get());
            }
            return new JudgedSplit(judged);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("evaluation was interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("evaluation on " + dataset.name() + " failed", e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    private static Map<String, JudgedQuery> everyNth(
            Supplier<? extends PairJudge> judges,
            Dataset dataset,
            List<Query> queries,
            Pair.Task task,
            int depth,
            int from,
            int step) {
        Map<String, JudgedQuery> judged = new LinkedHashMap<>();
        try (PairJudge judge = judges.get()) {
            for (int i = from; i < queries.size(); i += step) {
                Query query = queries.get(i);
                List<Candidate> candidates = dataset.candidates(query.id(), depth);
                List<Pair> pairs = candidates.stream()
                        .map(candidate -> new Pair(query, candidate, task, null))
                        .toList();
                judged.put(query.id(), new JudgedQuery(candidates, judge.judge(pairs)));
            }
        }
        return judged;
    }

    /** The rankings with a weight of the first stage in [0, 1]. */
    public Run run(double firstStageWeight) {
        Map<String, List<Run.Ranked>> rankings = new LinkedHashMap<>();
        queries.forEach((id, query) -> rankings.put(
                id,
                Ranking.of(query.candidates(), query.judgments(), firstStageWeight).items().stream()
                        .map(item -> new Run.Ranked(item.candidate().docId(), item.score()))
                        .toList()));
        return new Run(rankings);
    }

    /** Pairs that the model gave nothing usable for. */
    public long unjudged() {
        return queries.values().stream()
                .flatMap(query -> query.judgments().stream())
                .filter(judgment -> judgment instanceof Judgment.Unjudged)
                .count();
    }
}
