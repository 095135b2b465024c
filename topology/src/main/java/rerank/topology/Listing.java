package rerank.topology;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.WindowRange;
import rerank.schemas.internal.CandidatePhase;
import rerank.schemas.internal.CandidateState;
import rerank.schemas.internal.PairJudgment;
import rerank.schemas.internal.PairStatus;
import rerank.schemas.internal.QueryPhase;
import rerank.schemas.internal.QueryProgress;
import rerank.schemas.internal.QueryState;
import rerank.schemas.internal.WindowCandidate;
import rerank.topology.QueryStores.Held;

/**
 * Puts the candidates of a query in order in mode listwise: windows of them, one after another, from the end of the first
 * stage's order to its top. Each candidate's place and the number of windows read are in the stores, and the next window is
 * pending, in one transaction: after a crash it goes on from there. Owned by the stream thread.
 */
final class Listing {
    private final QueryStores stores;
    private final Judges judges;
    private final Limits limits;
    private final RerankCounters counters;

    Listing(QueryStores stores, Judges judges, Limits limits, RerankCounters counters) {
        this.stores = stores;
        this.judges = judges;
        this.limits = limits;
        this.counters = counters;
    }

    /** Gives the candidates their places in first-stage order and asks for the first window; false if there is none. */
    boolean begin(String queryId, QueryState query, QueryProgress progress) {
        List<Held> list = new ArrayList<>();
        for (Held candidate : Answers.inFirstStageOrder(stores.candidates(queryId))) {
            if (candidate.state().getPhase() == CandidatePhase.WAITING) {
                candidate.state().setPlace(list.size());
                stores.putCandidate(queryId, candidate.docId(), candidate.state());
                list.add(candidate);
            }
        }
        progress.setPhase(QueryPhase.LISTING);
        return askNext(queryId, query, progress, list);
    }

    /** Whether this is what came of the window that was asked for last; otherwise it is late, or comes again. */
    boolean awaits(QueryProgress progress, PairJudgment judgment) {
        return progress.getPhase() == QueryPhase.LISTING && judgment.getWindow() == progress.getWindowsRead() + 1;
    }

    /** Takes what came of the window that is awaited, and asks for the next one; false if it was the last. */
    boolean goOn(String queryId, QueryState query, QueryProgress progress, PairJudgment judgment) {
        List<Held> list = new ArrayList<>(Answers.inListOrder(stores.candidates(queryId)));
        list.removeIf(candidate -> candidate.state().getPlace() < 0);
        WindowRange range = WindowRange.over(list.size()).get(progress.getWindowsRead());
        if (judgment.getStatus() == PairStatus.JUDGED) {
            place(range, list, judgment);
        } else {
            progress.setWindowsFailed(progress.getWindowsFailed() + 1);
            range.of(list).forEach(candidate -> leave(candidate.state(), judgment));
        }
        range.of(list).forEach(candidate -> stores.putCandidate(queryId, candidate.docId(), candidate.state()));
        progress.setWindowsRead(progress.getWindowsRead() + 1);
        return askNext(queryId, query, progress, list);
    }

    private boolean askNext(String queryId, QueryState query, QueryProgress progress, List<Held> list) {
        stores.putProgress(queryId, progress);
        List<WindowRange> ranges = WindowRange.over(list.size());
        if (progress.getWindowsRead() == ranges.size()) {
            return false;
        }
        List<WindowCandidate> candidates = new ArrayList<>();
        for (Held candidate : ranges.get(progress.getWindowsRead()).of(list)) {
            candidates.add(WindowCandidate.newBuilder()
                    .setDocId(candidate.docId())
                    .setTitle(candidate.state().getTitle())
                    .setText(limits.cutForWindow(stores.document(queryId, candidate.docId())))
                    .setFirstStageScore(candidate.state().getFirstStageScore())
                    .build());
        }
        judges.ask(PairMapping.windowRequest(queryId, query, progress.getWindowsRead() + 1, candidates));
        return true;
    }

    private void place(WindowRange range, List<Held> list, PairJudgment judgment) {
        List<Held> window = range.of(list);
        Collections.copy(window, new Judgment.Ordered(judgment.getProbabilities()).apply(window));
        for (int i = 0; i < window.size(); i++) {
            CandidateState state = window.get(i).state();
            if (state.getPhase() != CandidatePhase.JUDGED) {
                counters.pairsJudged.increment();
            }
            state.setPlace(range.from() + i);
            state.setPhase(CandidatePhase.JUDGED);
            state.setReason("");
            state.setModelVersion(judgment.getModelVersion());
            state.setPromptVersion(judgment.getPromptVersion());
        }
    }

    /** A candidate that an earlier window placed stays judged; a later window may still read one that is not. */
    private void leave(CandidateState state, PairJudgment judgment) {
        if (state.getPhase() == CandidatePhase.WAITING) {
            state.setPhase(judgment.getStatus() == PairStatus.FAILED ? CandidatePhase.FAILED : CandidatePhase.UNJUDGED);
            state.setReason(judgment.getReason());
            counters.pairsUnjudged.increment();
        }
    }
}
