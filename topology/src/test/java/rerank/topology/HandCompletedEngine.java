package rerank.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.CandidateWindow;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Request;
import rerank.model.ranking.StepStatistics;
import rerank.topology.inference.EngineStatistics;
import rerank.topology.inference.InferenceEngine;
import rerank.topology.inference.Outcome;

/** Judges nothing until a test says so. */
final class HandCompletedEngine implements InferenceEngine {
    private final List<Waiting> waiting = new ArrayList<>();
    PairJudge.Identity identity = new PairJudge.Identity("tiny-0001", "compact-v1", Mode.LABEL, Map.of());
    boolean full;
    int cancelled;

    record Waiting(Request request, long deadlineMs, Consumer<Outcome> whenDone) {
        /** The document of a pair; empty for a window. */
        String docId() {
            return request instanceof Pair pair ? pair.candidate().docId() : "";
        }
    }

    /** The documents that wait for a judgment, in the order they were asked. */
    List<String> asked() {
        return waiting.stream().map(Waiting::docId).toList();
    }

    /** The pairs that wait. */
    List<Pair> pairs() {
        return waiting.stream().map(next -> (Pair) next.request()).toList();
    }

    /** The one window that waits. */
    CandidateWindow window() {
        assertThat(waiting).hasSize(1);
        return (CandidateWindow) waiting.get(0).request();
    }

    /** Orders the window that waits by a score of each candidate, the highest first. */
    void order(ToDoubleFunction<Candidate> score) {
        List<Candidate> candidates = window().candidates();
        float[] logits = new float[candidates.size()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) score.applyAsDouble(candidates.get(i));
        }
        answer("", Judgment.Ordered.ofLogits(logits));
    }

    /** Judges a document with a probability of being relevant. */
    void judge(String docId, double relevant) {
        judge(docId, relevant, "");
    }

    void judge(String docId, double relevant, String explanation) {
        answer(docId, new Judgment.Judged(new LabelDistribution(1 - relevant, 0, relevant), explanation));
    }

    void answer(String docId, Judgment judgment) {
        settle(docId, new Outcome.Answered(judgment, identity));
    }

    void fail(String docId, Throwable error) {
        settle(docId, new Outcome.Failed(error, identity));
    }

    void settle(String docId, Outcome outcome) {
        Waiting next = waiting.stream()
                .filter(one -> one.docId().equals(docId))
                .findFirst()
                .orElseThrow(() -> new AssertionError(docId + " was not asked; waiting: " + asked()));
        waiting.remove(next);
        next.whenDone().accept(outcome);
    }

    @Override
    public PairJudge.Identity identity() {
        return identity;
    }

    @Override
    public Ticket submit(Request request, long deadlineMs, Consumer<Outcome> whenDone) {
        Waiting next = new Waiting(request, deadlineMs, whenDone);
        waiting.add(next);
        return () -> {
            if (waiting.remove(next)) {
                cancelled++;
            }
        };
    }

    @Override
    public boolean isFull() {
        return full;
    }

    @Override
    public EngineStatistics statistics() {
        return new EngineStatistics(waiting.size(), 0, 0, 0, StepStatistics.of(0, 0, 0, 0));
    }

    @Override
    public void close() {
        waiting.clear();
    }
}
