package rerank.cli.study;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rerank.cli.evaluation.EvalReport;
import rerank.cli.evaluation.Evaluation;
import rerank.cli.evaluation.ModeFigures;
import rerank.cli.evaluation.ModeRuns;
import rerank.cli.evaluation.Origin;
import rerank.cli.report.Machine;
import rerank.model.CheckpointJudge;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;
import rerank.trainer.distillation.RunComparison;

/**
 * An arm taught with a seed, and how it was measured.
 *
 * @param arm id
 * @param seed of weights and draws
 * @param sample that it was measured on
 * @param steps of the optimizer
 * @param trainedTokens padding not counted
 * @param trainingMinutes wall-clock time
 * @param served by mode
 */
record ArmRun(
        String arm,
        long seed,
        StudySample sample,
        long steps,
        long trainedTokens,
        double trainingMinutes,
        Map<String, Served> served) {
    /**
     * How it did in a mode.
     *
     * @param ndcg10 by query
     * @param tokensPerPair fed one by one: of explanations and of what comes after them
     * @param figures as {@code eval} has them
     */
    record Served(Map<String, Double> ndcg10, double tokensPerPair, ModeFigures figures) {}

    /** Measures the checkpoint of a run that has ended; every candidate is explained in modes that explain. */
    static ArmRun measure(StudyArm arm, long seed, Path run, Path checkpoint, StudyData data) {
        Map<Mode, Map<String, Long>> decoded = new EnumMap<>(Mode.class);
        Map<String, Served> served = new LinkedHashMap<>();
        try (PairJudge judge = CheckpointJudge.load(checkpoint)) {
            Mode first = arm.served().get(0);
            ModeRuns runs = ModeRuns.run(first, arm.served(), 0, data.requests(), (request, mode) -> {
                long before = judge.statistics().decodedTokens();
                var ranking = judge.rerank(
                        request.query(),
                        request.candidates(),
                        mode,
                        data.sample().depth());
                // By query, so that the pairs that warm up do not count.
                decoded.computeIfAbsent(mode, each -> new HashMap<>())
                        .put(request.query().id(), judge.statistics().decodedTokens() - before);
                return ranking;
            });
            EvalReport report = report(data, runs, judge.identity(), checkpoint);
            for (Mode mode : arm.served()) {
                served.put(mode.id(), served(mode, report, decoded.getOrDefault(mode, Map.of())));
            }
        }
        RunComparison.Run trained = RunComparison.of(List.of(run)).runs().get(0);
        return new ArmRun(arm.id(), seed, data.sample(), trained.steps(), trained.tokens(), trained.minutes(), served);
    }

    private static EvalReport report(StudyData data, ModeRuns runs, PairJudge.Identity identity, Path checkpoint) {
        Evaluation.Subject subject = new Evaluation.Subject(
                data.name() + " " + data.sample().split(),
                data.requests(),
                data.sample().depth(),
                data.qrels(),
                data.checker(),
                data.sample().depth(),
                identity.modelVersion(),
                null);
        return new Evaluation(subject, runs)
                .report(new Origin("", checkpoint.toString(), identity.promptVersion(), Machine.here(), ""));
    }

    private static Served served(Mode mode, EvalReport report, Map<String, Long> decoded) {
        ModeFigures figures = report.modes().get(mode.id());
        if (figures == null) {
            throw new IllegalStateException("mode " + mode.id() + " was not measured: "
                    + report.leftOut().get(mode.id()));
        }
        Map<String, Double> ndcg10 = new LinkedHashMap<>();
        report.perQuery().forEach(query -> ndcg10.put(query.id(), query.ndcg10().getOrDefault(mode.id(), 0.0)));
        long tokens = decoded.values().stream().mapToLong(Long::longValue).sum();
        return new Served(ndcg10, (double) tokens / Math.max(1, figures.pairs()), figures);
    }
}
