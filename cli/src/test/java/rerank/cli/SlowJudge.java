package rerank.cli;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import rerank.model.ranking.BatchJudge;
import rerank.model.ranking.CandidateWindow;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;

/** Judges by the document's id, after the time that a model would take for a batch; so a test knows every ranking. */
final class SlowJudge extends BatchJudge {
    private final long nanosPerBatch;

    SlowJudge(long millisPerBatch) {
        super(32);
        this.nanosPerBatch = millisPerBatch * 1_000_000;
    }

    @Override
    protected List<Judgment> judgeTogether(List<Pair> pairs) {
        LockSupport.parkNanos(nanosPerBatch);
        return pairs.stream().<Judgment>map(SlowJudge::judge).toList();
    }

    @Override
    protected Judgment order(CandidateWindow window) {
        LockSupport.parkNanos(nanosPerBatch);
        float[] logits = new float[window.candidates().size()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) relevance(window.candidates().get(i).docId());
        }
        return Judgment.Ordered.ofLogits(logits);
    }

    private static Judgment judge(Pair pair) {
        double relevant = relevance(pair.candidate().docId());
        String explanation = pair.task() == Pair.Task.LABEL
                ? ""
                : "it is " + pair.candidate().docId();
        return new Judgment.Judged(new LabelDistribution(1 - relevant, 0, relevant), explanation);
    }

    /** In [0, 1), spread evenly over ids. */
    static double relevance(String docId) {
        return ((docId.hashCode() * 0x9E3779B9) >>> 8) / (double) (1 << 24);
    }

    @Override
    public Identity identity() {
        return new Identity(
                "slow-judge",
                "none",
                Mode.LABEL,
                Set.of(Mode.LABEL, Mode.EXPLAIN, Mode.JUSTIFY, Mode.LISTWISE),
                Map.of());
    }

    @Override
    public void close() {}
}
