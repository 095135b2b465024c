package rerank.model.ranking;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A judge whose model judges a list of pairs in one call: a step judges what was started, up to a bound. A call that throws is
 * repeated with each half of the list, down to the pairs it throws for alone, which are unjudged.
 */
public abstract class BatchJudge implements PairJudge {
    private final int maxPairs;
    private final List<Waiting> started = new ArrayList<>();
    private long steps;
    private long judged;

    /**
     * A judge.
     *
     * @param maxPairs bound on the pairs of one call; at least 1
     */
    protected BatchJudge(int maxPairs) {
        if (maxPairs < 1) {
            throw new IllegalArgumentException("maxPairs must be at least 1, was " + maxPairs);
        }
        this.maxPairs = maxPairs;
    }

    /** One judgment for each of 1 to {@code maxPairs} pairs, in order. */
    protected abstract List<Judgment> judgeTogether(List<Pair> pairs);

    /** What the model makes of a window; this one leaves it unjudged, as those do that do not offer {@link Mode#LISTWISE}. */
    protected Judgment order(CandidateWindow window) {
        return new Judgment.Unjudged("the model judges pairs, not windows of candidates");
    }

    @Override
    public Judging prepare(Request request) {
        return new Waiting(request);
    }

    @Override
    public boolean hasRoom() {
        return started.size() < maxPairs;
    }

    @Override
    public void start(Judging judging) {
        started.add((Waiting) judging);
    }

    @Override
    public void cancel(Judging judging) {
        started.remove(judging);
    }

    @Override
    public StepStatistics statistics() {
        return StepStatistics.of(steps, judged, judged, started.size());
    }

    @Override
    public List<Judging> step() {
        List<Waiting> batch = List.copyOf(started.subList(0, Math.min(maxPairs, started.size())));
        started.subList(0, batch.size()).clear();
        List<Pair> pairs = new ArrayList<>();
        for (Waiting next : batch) {
            if (next.request instanceof Pair pair) {
                pairs.add(pair);
            }
        }
        Iterator<Judgment> judgments = Isolation.apply(
                        pairs, this::judgeAll, e -> new Judgment.Unjudged("the model failed on it: " + e.getMessage()))
                .iterator();
        for (Waiting next : batch) {
            next.judgment = next.request instanceof CandidateWindow window ? order(window) : judgments.next();
        }
        steps++;
        judged += batch.size();
        return List.copyOf(batch);
    }

    private List<Judgment> judgeAll(List<Pair> pairs) {
        List<Judgment> judgments = judgeTogether(pairs);
        if (judgments.size() != pairs.size()) {
            throw new IllegalStateException(
                    "the model gave " + judgments.size() + " judgments for " + pairs.size() + " pairs");
        }
        return judgments;
    }

    private static final class Waiting implements Judging {
        private final Request request;
        private @Nullable Judgment judgment;

        Waiting(Request request) {
            this.request = request;
        }

        @Override
        public Request request() {
            return request;
        }

        @Override
        public Judgment judgment() {
            if (judgment == null) {
                throw new IllegalStateException("it is not judged yet");
            }
            return judgment;
        }
    }
}
