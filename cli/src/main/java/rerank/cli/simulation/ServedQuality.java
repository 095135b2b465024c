package rerank.cli.simulation;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import rerank.cli.replay.RerankRequest;
import rerank.model.CheckpointJudge;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.model.transformer.NativeThreads;
import rerank.trainer.dataset.Run;
import rerank.trainer.evaluation.EvaluationReport;
import rerank.trainer.evaluation.JudgedSplit;

/** nDCG@10 of checkpoints on queries that nobody asks, in mode label, judged as a worker judges. Each is measured once. */
public final class ServedQuality {
    private final SimulatedData data;
    private final Map<String, Double> measured = new HashMap<>();

    public ServedQuality(SimulatedData data) {
        this.data = data;
    }

    /**
     * The quality of a checkpoint.
     *
     * @param contents what tells it from others: its hash, since names of versions come again from run to run
     * @param checkpoint its directory
     */
    public double of(String contents, Path checkpoint) {
        Double known = measured.get(contents);
        if (known == null) {
            known = measure(checkpoint);
            measured.put(contents, known);
        }
        return known;
    }

    /** The quality of a checkpoint, measured anew. */
    double measure(Path checkpoint) {
        List<Query> queries = data.unseen().stream().map(RerankRequest::query).toList();
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / NativeThreads.count());
        double weight;
        try (PairJudge judge = CheckpointJudge.load(checkpoint)) {
            weight = judge.identity().firstStageWeight(Mode.LABEL);
        }
        Run ranked = JudgedSplit.judge(
                        () -> CheckpointJudge.load(checkpoint),
                        data.dataset(),
                        queries,
                        Pair.Task.LABEL,
                        data.depth(),
                        threads)
                .run(weight);
        Set<String> asked = queries.stream().map(Query::id).collect(Collectors.toSet());
        return EvaluationReport.of(
                        ranked, data.dataset().qrels(SimulatedData.UNSEEN).only(asked))
                .mean("ndcg10");
    }
}
