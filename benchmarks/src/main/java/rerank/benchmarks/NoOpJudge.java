package rerank.benchmarks;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import rerank.model.ranking.BatchJudge;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;

/** Judges at once and always the same, so that what remains is the topology. */
final class NoOpJudge extends BatchJudge {
    private static final int PAIRS_PER_CALL = 32;

    private static final Judgment ALWAYS = new Judgment.Judged(new LabelDistribution(0.2, 0.3, 0.5), "");

    NoOpJudge() {
        super(PAIRS_PER_CALL);
    }

    @Override
    protected List<Judgment> judgeTogether(List<Pair> pairs) {
        return Collections.nCopies(pairs.size(), ALWAYS);
    }

    @Override
    public Identity identity() {
        return new Identity("no-op", "none", Mode.LABEL, Map.of());
    }

    @Override
    public void close() {}
}
