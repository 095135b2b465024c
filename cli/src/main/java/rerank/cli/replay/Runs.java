package rerank.cli.replay;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rerank.model.ranking.Candidate;
import rerank.schemas.RankedItem;
import rerank.trainer.dataset.Run;
import rerank.trainer.dataset.Run.Ranked;

/** Requests and answers as runs. */
public final class Runs {
    private Runs() {}

    /** The first stage's rankings of the requests. */
    public static Run firstStage(List<RerankRequest> requests) {
        Map<String, List<Ranked>> rankings = new LinkedHashMap<>();
        for (RerankRequest request : requests) {
            rankings.put(
                    request.query().id(),
                    request.candidates().stream().map(Runs::ranked).toList());
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
}
