package rerank.cli.replay;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rerank.cli.report.Report.Quality;
import rerank.model.ranking.Candidate;
import rerank.schemas.RankedItem;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.dataset.Run;
import rerank.trainer.dataset.Run.Ranked;
import rerank.trainer.evaluation.EvaluationReport;

/** Rankings of answers, and how good they are. */
public final class Figures {
    private Figures() {}

    /** The first stage's rankings of the requests. */
    public static Run firstStage(List<RerankRequest> requests) {
        Map<String, List<Ranked>> rankings = new LinkedHashMap<>();
        for (RerankRequest request : requests) {
            rankings.put(
                    request.query().id(),
                    request.candidates().stream().map(Figures::ranked).toList());
        }
        return new Run(rankings);
    }

    private static Ranked ranked(Candidate candidate) {
        return new Ranked(candidate.docId(), candidate.firstStageScore());
    }

    /** The rankings that came back. */
    public static Run reranked(List<Answer> answers) {
        Map<String, List<Ranked>> rankings = new LinkedHashMap<>();
        for (Answer answer : answers) {
            List<RankedItem> items = answer.results().getItems();
            rankings.put(
                    answer.request().query().id(),
                    items.stream()
                            .map(item -> new Ranked(item.getDocId(), item.getScore()))
                            .toList());
        }
        return new Run(rankings);
    }

    /** Quality of a run over the queries that it holds. */
    public static Quality quality(Run run, Qrels qrels) {
        EvaluationReport report = report(run, qrels);
        return new Quality(report.mean("ndcg10"), report.mean("mrr10"), report.mean("map"), report.mean("recall10"));
    }

    /** All measures of a run over the queries that it holds. */
    public static EvaluationReport report(Run run, Qrels qrels) {
        return EvaluationReport.of(run, qrels.only(run.rankings().keySet()));
    }
}
