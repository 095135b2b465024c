package rerank.cli.simulation;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import rerank.cli.replay.InProcess;
import rerank.model.CheckpointJudge;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;
import rerank.trainer.evaluation.EvaluationReport;

/** nDCG@10 of versions on queries that nobody asks, in mode label, judged as a worker judges. Each is measured once. */
public final class ServedQuality {
    private final SimulatedData data;
    private final Map<String, Double> measured = new HashMap<>();

    public ServedQuality(SimulatedData data) {
        this.data = data;
    }

    /**
     * The quality of a version.
     *
     * @param checkpoint its directory
     */
    public double of(String version, Path checkpoint) {
        Double known = measured.get(version);
        if (known == null) {
            known = measure(checkpoint);
            measured.put(version, known);
        }
        return known;
    }

    /** The quality of a checkpoint, measured anew. */
    double measure(Path checkpoint) {
        try (PairJudge judge = CheckpointJudge.load(checkpoint)) {
            InProcess.Outcome outcome = InProcess.run(
                    data.unseen(),
                    request -> judge.rerank(request.query(), request.candidates(), Mode.LABEL, 0),
                    () -> {});
            return EvaluationReport.of(
                            outcome.run(),
                            data.dataset()
                                    .qrels(SimulatedData.UNSEEN)
                                    .only(outcome.rankings().keySet()))
                    .mean("ndcg10");
        }
    }
}
