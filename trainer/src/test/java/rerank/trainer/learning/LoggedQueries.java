package rerank.trainer.learning;

import java.util.ArrayList;
import java.util.List;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Query;

/** Logged queries for tests. */
final class LoggedQueries {
    private LoggedQueries() {}

    /** A list of impressions with these acts, scores falling from 0.9. */
    @SafeVarargs
    static LoggedQuery of(String id, List<UserAction>... actions) {
        List<Impression> impressions = new ArrayList<>();
        for (int i = 0; i < actions.length; i++) {
            impressions.add(impression(id + "-d" + i, i + 1, 0.9 - 0.1 * i, actions[i]));
        }
        return new LoggedQuery(new Query(id, "question " + id), Mode.LABEL, "v1", 0, 0, impressions);
    }

    static Impression impression(String docId, int position, double score, List<UserAction> actions) {
        return new Impression(
                new Candidate(docId, "", "text of " + docId, 1, position),
                position,
                score,
                new LabelDistribution(0.2, 0.3, 0.5),
                "",
                "v1",
                actions);
    }

    static List<UserAction> nothing() {
        return List.of();
    }

    static List<UserAction> click() {
        return List.of(new UserAction(UserAction.Kind.CLICK, 0));
    }
}
