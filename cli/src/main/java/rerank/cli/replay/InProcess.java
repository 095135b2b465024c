package rerank.cli.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import rerank.model.ranking.Ranking;
import rerank.trainer.dataset.Run;
import rerank.trainer.dataset.Run.Ranked;

/** Requests reranked one after the other by a model in this process, without Kafka, and timed. */
public final class InProcess {
    private InProcess() {}

    /**
     * What came out.
     *
     * @param rankings by query id
     * @param latencyNanos of each query
     * @param wallNanos of all of them
     */
    public record Outcome(Map<String, Ranking> rankings, List<Long> latencyNanos, long wallNanos) {
        /** The rankings as a run. */
        public Run run() {
            Map<String, List<Ranked>> ranked = new LinkedHashMap<>();
            rankings.forEach((query, ranking) -> ranked.put(
                    query,
                    ranking.items().stream()
                            .map(item -> new Ranked(item.candidate().docId(), item.score()))
                            .toList()));
            return new Run(ranked);
        }

        /** Candidates that were put to the model. */
        public long pairs() {
            return rankings.values().stream()
                    .mapToLong(ranking -> ranking.items().size())
                    .sum();
        }

        /** Candidates put to the model by second. */
        public double pairsPerSecond() {
            return pairs() / (wallNanos / 1e9);
        }
    }

    /**
     * Reranks the requests.
     *
     * @param reranker from a request to its ranking
     * @param onRanking is told after each of them
     */
    public static Outcome run(
            List<RerankRequest> requests, Function<RerankRequest, Ranking> reranker, Runnable onRanking) {
        Map<String, Ranking> rankings = new LinkedHashMap<>();
        List<Long> latencies = new ArrayList<>();
        long start = System.nanoTime();
        for (RerankRequest request : requests) {
            long before = System.nanoTime();
            rankings.put(request.query().id(), reranker.apply(request));
            latencies.add(System.nanoTime() - before);
            onRanking.run();
        }
        return new Outcome(rankings, latencies, System.nanoTime() - start);
    }
}
