package rerank.model.ranking;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The candidates of a query while windows of them are read, one after another. Owned by one thread. */
final class ReadList {
    private final List<Candidate> order;
    private final Map<String, Judgment> judgments = new HashMap<>();

    /** The list in first-stage order; nothing is read. */
    ReadList(List<Candidate> candidates) {
        order = new ArrayList<>(candidates);
        order.sort(Comparator.comparingInt(Candidate::firstStageRank));
    }

    CandidateWindow window(Query query, WindowRange range) {
        return new CandidateWindow(query, range.of(order));
    }

    /** Takes what came of a window: its new order, or why it keeps the one it has. */
    void take(WindowRange range, Judgment judgment) {
        List<Candidate> window = range.of(order);
        if (judgment instanceof Judgment.Ordered ordered) {
            Collections.copy(window, ordered.apply(window));
            window.forEach(candidate -> judgments.put(candidate.docId(), new Judgment.Placed()));
        } else {
            window.forEach(candidate -> judgments.putIfAbsent(candidate.docId(), judgment));
        }
    }

    Ranking ranking(double firstStageWeight) {
        List<Judgment> inOrder = new ArrayList<>();
        for (Candidate candidate : order) {
            inOrder.add(judgments.getOrDefault(candidate.docId(), new Judgment.Unjudged("no window held it")));
        }
        return Ranking.ofList(order, inOrder, firstStageWeight);
    }
}
