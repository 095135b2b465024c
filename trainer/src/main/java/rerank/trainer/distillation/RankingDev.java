package rerank.trainer.distillation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import rerank.model.generation.Generator;
import rerank.model.prompt.EncodedPrompt;
import rerank.model.prompt.PromptBuilder;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Pair;
import rerank.model.ranking.Query;
import rerank.model.ranking.Ranking;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Transformer;
import rerank.trainer.dataset.Dataset;
import rerank.trainer.dataset.Run;
import rerank.trainer.evaluation.EvaluationReport;

/** Re-ranks dev queries of a data set in label mode, with the first stage's weight 0. */
final class RankingDev implements DevSet {
    private final Dataset dataset;
    private final List<Query> queries;
    private final int candidates;
    private final PromptBuilder prompts;
    private final Tokenizer tokenizer;

    /**
     * Takes a seeded sample of the dev queries that have a relevant document.
     *
     * @param size queries at most
     * @param candidates of the first stage for each
     */
    RankingDev(Dataset dataset, int size, int candidates, PromptBuilder prompts, Tokenizer tokenizer) {
        this.dataset = dataset;
        this.candidates = candidates;
        this.prompts = prompts;
        this.tokenizer = tokenizer;
        List<Query> all = new ArrayList<>(dataset.queries("dev").stream()
                .filter(query ->
                        dataset.qrels("dev").of(query.id()).values().stream().anyMatch(grade -> grade > 0))
                .toList());
        Collections.shuffle(all, new Random(7));
        this.queries = List.copyOf(all.subList(0, Math.min(size, all.size())));
    }

    @Override
    public String name() {
        return dataset.name();
    }

    @Override
    public double measure(Transformer transformer, int threads) {
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Map<String, List<Run.Ranked>>>> parts = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int from = thread;
                parts.add(workers.submit(() -> rankEvery(transformer, from, threads)));
            }
            Map<String, List<Run.Ranked>> rankings = new LinkedHashMap<>();
            for (Future<Map<String, List<Run.Ranked>>> part : parts) {
                rankings.putAll(part.get());
            }
            return EvaluationReport.of(new Run(rankings), dataset.qrels("dev").only(rankings.keySet()))
                    .mean("ndcg10");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("evaluation was interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("evaluation on " + name() + " failed", e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    /** Every n-th query, from one of them on. */
    private Map<String, List<Run.Ranked>> rankEvery(Transformer transformer, int from, int step) {
        var generator = new Generator(transformer, tokenizer);
        Map<String, List<Run.Ranked>> rankings = new LinkedHashMap<>();
        for (int i = from; i < queries.size(); i += step) {
            Query query = queries.get(i);
            rankings.put(query.id(), rank(generator, query));
        }
        return rankings;
    }

    private List<Run.Ranked> rank(Generator generator, Query query) {
        List<Candidate> found = dataset.candidates(query.id(), candidates);
        List<EncodedPrompt> encoded = found.stream()
                .map(candidate -> prompts.prompt(new Pair(query, candidate, Pair.Task.LABEL, null)))
                .toList();
        List<Judgment> judgments = new ArrayList<>();
        for (float[] logProbs : generator.score(encoded, prompts.labelTokens())) {
            judgments.add(new Judgment.Judged(LabelDistribution.ofLogits(logProbs[0], logProbs[1], logProbs[2]), ""));
        }
        return Ranking.of(found, judgments, 0).items().stream()
                .map(item -> new Run.Ranked(item.candidate().docId(), item.score()))
                .toList();
    }
}
