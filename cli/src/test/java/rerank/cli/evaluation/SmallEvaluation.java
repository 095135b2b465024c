package rerank.cli.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rerank.cli.replay.RerankRequest;
import rerank.cli.report.Machine;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Query;
import rerank.model.ranking.Ranking;
import rerank.trainer.dataset.Qrels;
import rerank.trainer.faithfulness.Claim;
import rerank.trainer.faithfulness.ExplanationChecker;

/**
 * Queries of three candidates each, of which the second is relevant; the model finds it except for the last query, where
 * it puts it last. Titles, texts and explanations try to break out of a page.
 */
final class SmallEvaluation {
    static final String NASTY = "<script>alert('x')</script>&\"><img src=\"http://example.com/x.png\">\u0000";

    private SmallEvaluation() {}

    static List<RerankRequest> requests(int queries) {
        return requests(queries, 1);
    }

    /** Of which the last so many are judged wrongly. */
    private static List<RerankRequest> requests(int queries, int wrong) {
        List<RerankRequest> requests = new ArrayList<>();
        for (int q = 0; q < queries; q++) {
            List<Candidate> candidates = new ArrayList<>();
            for (int d = 1; d <= 3; d++) {
                candidates.add(new Candidate("d" + d, "title " + d + NASTY, "text", 4 - d, d));
            }
            String text = q >= queries - wrong ? "the last " : "find it ";
            requests.add(new RerankRequest(new Query("q" + q, text + q + NASTY), candidates));
        }
        return requests;
    }

    static Ranking rerank(RerankRequest request, Mode mode) {
        if (mode == Mode.LISTWISE) {
            return Ranking.ofList(
                    request.candidates(),
                    request.candidates().stream()
                            .map(candidate -> candidate.docId().equals("d3")
                                    ? new Judgment.Unjudged("no room")
                                    : new Judgment.Placed())
                            .toList(),
                    0);
        }
        boolean isLast = request.query().text().startsWith("the last");
        List<Judgment> judgments = request.candidates().stream()
                .map(candidate -> {
                    boolean isHigh = candidate.docId().equals("d2") != isLast;
                    String explanation = mode == Mode.LABEL ? "" : "says " + candidate.docId() + NASTY;
                    LabelDistribution labels =
                            isHigh ? new LabelDistribution(0.1, 0.1, 0.8) : new LabelDistribution(0.9, 0.05, 0.05);
                    return (Judgment) new Judgment.Judged(labels, explanation);
                })
                .toList();
        return Ranking.of(request.candidates(), judgments, 0);
    }

    static EvalReport report(int queries, int explainLimit) {
        return report(Mode.JUSTIFY, List.of(Mode.EXPLAIN, Mode.LABEL), queries, explainLimit);
    }

    /** In mode label, of which the last so many are judged wrongly. */
    static Evaluation evaluation(int queries, int wrong) {
        return evaluation(Mode.LABEL, List.of(), requests(queries, wrong), 0);
    }

    static EvalReport report(Mode chosen, List<Mode> others, int queries, int explainLimit) {
        return evaluation(chosen, others, requests(queries), explainLimit)
                .report(new Origin("./rerank eval " + NASTY, "models/x", "p1", new Machine("cpu", 2, "17"), "now"));
    }

    private static Evaluation evaluation(
            Mode chosen, List<Mode> others, List<RerankRequest> requests, int explainLimit) {
        Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
        requests.forEach(request -> grades.put(request.query().id(), Map.of("d2", 2)));
        ExplanationChecker checker = (query, candidate, explanation) -> Optional.of(List.of(
                Claim.said(Claim.Kind.TOPIC, explanation, candidate.docId().equals("d2"))));
        ModeRuns runs = ModeRuns.run(chosen, others, explainLimit, requests, SmallEvaluation::rerank);
        Evaluation.Subject subject = new Evaluation.Subject(
                "small" + NASTY, requests, 3, new Qrels(grades), Optional.of(checker), 1, "v1" + NASTY, null);
        return new Evaluation(subject, runs);
    }
}
