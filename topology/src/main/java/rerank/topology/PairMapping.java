package rerank.topology;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.CandidateWindow;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Query;
import rerank.model.ranking.Request;
import rerank.schemas.internal.CandidateState;
import rerank.schemas.internal.PairJudgment;
import rerank.schemas.internal.PairRequest;
import rerank.schemas.internal.PairStatus;
import rerank.schemas.internal.PairTask;
import rerank.schemas.internal.QueryState;
import rerank.schemas.internal.WindowCandidate;
import rerank.topology.QueryStores.Held;
import rerank.topology.inference.Outcome;

/** Pairs and judgments between the model's records and Avro's. */
final class PairMapping {
    private PairMapping() {}

    /** The task that gives a candidate its label in a mode. */
    static PairTask labelTask(Mode mode) {
        return mode == Mode.EXPLAIN ? PairTask.EXPLAIN : PairTask.LABEL;
    }

    /** What to ask about a candidate; its labels are given when the task is to justify them. */
    static PairRequest request(String queryId, QueryState query, Held candidate, String text, PairTask task) {
        CandidateState state = candidate.state();
        return PairRequest.newBuilder()
                .setQueryId(queryId)
                .setDocId(candidate.docId())
                .setQueryText(query.getText())
                .setInstruction(query.getInstruction())
                .setTitle(state.getTitle())
                .setText(text)
                .setFirstStageScore(state.getFirstStageScore())
                .setSequence(state.getSequence())
                .setTask(task)
                .setGiven(task == PairTask.JUSTIFY ? state.getLabels() : List.of())
                .setDeadlineMs(query.getDeadlineMs())
                .build();
    }

    /** What to ask about a window of candidates. */
    static PairRequest windowRequest(String queryId, QueryState query, int window, List<WindowCandidate> candidates) {
        return PairRequest.newBuilder()
                .setQueryId(queryId)
                .setDocId(PairKey.WINDOW)
                .setQueryText(query.getText())
                .setInstruction(query.getInstruction())
                .setTask(PairTask.ORDER)
                .setWindow(window)
                .setCandidates(candidates)
                .setDeadlineMs(query.getDeadlineMs())
                .build();
    }

    static Request toRequest(PairRequest request) {
        Query query = new Query(request.getQueryId(), request.getQueryText(), request.getInstruction());
        if (request.getTask() == PairTask.ORDER) {
            List<Candidate> candidates = new ArrayList<>();
            for (WindowCandidate next : request.getCandidates()) {
                candidates.add(new Candidate(
                        next.getDocId(),
                        next.getTitle(),
                        next.getText(),
                        next.getFirstStageScore(),
                        candidates.size() + 1));
            }
            return new CandidateWindow(query, candidates);
        }
        return new Pair(
                query,
                new Candidate(
                        request.getDocId(),
                        request.getTitle(),
                        request.getText(),
                        request.getFirstStageScore(),
                        request.getSequence() + 1),
                Pair.Task.valueOf(request.getTask().name()),
                labels(request.getGiven()));
    }

    /** What goes back to the query's owner; {@code outcome} is answered or failed. */
    static PairJudgment toJudgment(PairRequest request, Outcome outcome) {
        PairJudgment.Builder judgment = PairJudgment.newBuilder()
                .setQueryId(request.getQueryId())
                .setDocId(request.getDocId())
                .setWindow(request.getWindow())
                .setJustification(request.getTask() == PairTask.JUSTIFY);
        if (outcome instanceof Outcome.Answered answered) {
            by(judgment, answered.by());
            answer(judgment, request, answered.judgment());
        } else if (outcome instanceof Outcome.Failed failed) {
            by(judgment, failed.by());
            judgment.setStatus(PairStatus.FAILED).setReason("the model failed: " + failed.error());
        } else {
            judgment.setStatus(PairStatus.UNJUDGED).setReason("not judged before the deadline");
        }
        return judgment.build();
    }

    /** The distribution that a list from label 0 stands for; null if the list is empty. */
    static @Nullable LabelDistribution labels(List<Double> probabilities) {
        return probabilities.isEmpty()
                ? null
                : new LabelDistribution(probabilities.get(0), probabilities.get(1), probabilities.get(2));
    }

    private static void answer(PairJudgment.Builder builder, PairRequest request, Judgment judgment) {
        if (judgment instanceof Judgment.Judged judged) {
            LabelDistribution labels = judged.labels();
            builder.setStatus(PairStatus.JUDGED)
                    .setLabels(List.of(labels.irrelevant(), labels.partial(), labels.relevant()))
                    .setExplanation(judged.explanation());
        } else if (judgment instanceof Judgment.Ordered ordered
                && ordered.probabilities().size() == request.getCandidates().size()) {
            builder.setStatus(PairStatus.JUDGED).setProbabilities(ordered.probabilities());
        } else if (judgment instanceof Judgment.Unjudged unjudged) {
            builder.setStatus(PairStatus.UNJUDGED).setReason(unjudged.reason());
        } else {
            builder.setStatus(PairStatus.FAILED).setReason("the model answered something else than it was asked");
        }
    }

    private static void by(PairJudgment.Builder builder, PairJudge.Identity identity) {
        builder.setModelVersion(identity.modelVersion()).setPromptVersion(identity.promptVersion());
    }
}
