package rerank.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.ranking.PairJudge;
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

    record Waiting(Pair pair, long deadlineMs, Consumer<Outcome> whenDone) {}

    /** The documents that wait for a judgment, in the order they were asked. */
    List<String> asked() {
        return waiting.stream().map(next -> next.pair().candidate().docId()).toList();
    }

    /** The pairs that wait. */
    List<Pair> pairs() {
        return waiting.stream().map(Waiting::pair).toList();
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
                .filter(candidate -> candidate.pair().candidate().docId().equals(docId))
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
    public Ticket submit(Pair pair, long deadlineMs, Consumer<Outcome> whenDone) {
        Waiting next = new Waiting(pair, deadlineMs, whenDone);
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
