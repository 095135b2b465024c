package rerank.topology;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Ranking;
import rerank.schemas.Experience;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;
import rerank.schemas.internal.CandidatePhase;
import rerank.schemas.internal.CandidateState;
import rerank.schemas.internal.PairJudgment;
import rerank.schemas.internal.PairStatus;
import rerank.schemas.internal.PairTask;
import rerank.schemas.internal.QueryPhase;
import rerank.schemas.internal.QueryProgress;
import rerank.schemas.internal.QueryState;
import rerank.topology.QueryStores.Held;

/**
 * Collects the judgments of a query and answers it once: when everything is there, or at its deadline with what is
 * there. In justify mode the order is fixed when all labels are there, and only the results at the top are explained. In mode
 * listwise nothing is asked before all candidates are there, see {@link Listing}.
 * Owned by the stream thread.
 */
final class Gatherer {
    private final QueryStores stores;
    private final Judges judges;
    private final Listing listing;
    private final Answers answers;
    private final Impressions impressions;
    private final DeadLetters deadLetters;
    private final Timing timing;
    private final RerankCounters counters;
    private final LongSupplier clock;
    private final BiConsumer<RankedResults, Optional<Experience>> publish;

    /** @param publish takes the answer, and the experience of it as it is before users act on it */
    Gatherer(
            QueryStores stores,
            Judges judges,
            Listing listing,
            Answers answers,
            Impressions impressions,
            DeadLetters deadLetters,
            Timing timing,
            RerankCounters counters,
            LongSupplier clock,
            BiConsumer<RankedResults, Optional<Experience>> publish) {
        this.stores = stores;
        this.judges = judges;
        this.listing = listing;
        this.answers = answers;
        this.impressions = impressions;
        this.deadLetters = deadLetters;
        this.timing = timing;
        this.counters = counters;
        this.clock = clock;
        this.publish = publish;
    }

    /** Takes a judgment; one that nobody waits for any more, or that came before, is only counted. */
    void judged(PairJudgment judgment) {
        String queryId = judgment.getQueryId();
        QueryProgress progress = stores.progress(queryId);
        QueryState query = stores.query(queryId);
        if (judgment.getWindow() > 0) {
            windowRead(queryId, query, progress, judgment);
            return;
        }
        CandidateState candidate = stores.candidate(queryId, judgment.getDocId());
        CandidatePhase awaited = judgment.getJustification() ? CandidatePhase.EXPLAINING : CandidatePhase.ASKED;
        if (progress == null || query == null || candidate == null || candidate.getPhase() != awaited) {
            counters.lateJudgments.increment();
            return;
        }
        if (judgment.getJustification()) {
            takeExplanation(candidate, judgment);
            progress.setExplaining(progress.getExplaining() - 1);
        } else {
            takeLabel(candidate, judgment);
            progress.setAnswered(progress.getAnswered() + 1);
        }
        stores.putCandidate(queryId, judgment.getDocId(), candidate);
        stores.putProgress(queryId, progress);
        answerIfComplete(queryId, query, progress);
    }

    private void windowRead(
            String queryId, @Nullable QueryState query, @Nullable QueryProgress progress, PairJudgment judgment) {
        if (query == null || progress == null || !listing.awaits(progress, judgment)) {
            counters.lateJudgments.increment();
        } else if (!listing.goOn(queryId, query, progress, judgment)) {
            answer(queryId, query, progress, Shortfall.Cause.ALL_SETTLED);
        }
    }

    /** Answers the query, or goes on to its windows or explanations, if nothing is missing any more. */
    void answerIfComplete(String queryId, QueryState query, QueryProgress progress) {
        if (!Shortfall.hasAll(query, progress)) {
            return;
        }
        if (progress.getPhase() == QueryPhase.OPEN && Mode.of(query.getMode()) == Mode.LISTWISE) {
            if (!listing.begin(queryId, query, progress)) {
                answer(queryId, query, progress, Shortfall.Cause.ALL_SETTLED);
            }
            return;
        }
        if (progress.getAnswered() < progress.getReceived() || progress.getExplaining() > 0) {
            return;
        }
        if (progress.getPhase() == QueryPhase.OPEN && Mode.of(query.getMode()) == Mode.JUSTIFY) {
            justifyTop(queryId, query, progress);
        }
        if (progress.getExplaining() == 0) {
            answer(queryId, query, progress, Shortfall.Cause.ALL_SETTLED);
        }
    }

    /** Does what a query's timer stands for in its phase. */
    void timeIsUp(String queryId) {
        QueryProgress progress = stores.progress(queryId);
        if (progress == null) {
            return;
        }
        QueryState query = stores.query(queryId);
        if (query != null) {
            answer(queryId, query, progress, Shortfall.Cause.DEADLINE);
            return;
        }
        List<Held> held = stores.candidates(queryId);
        for (Held orphan : held) {
            deadLetters.orphan(queryId, orphan, stores.document(queryId, orphan.docId()));
        }
        stores.forget(queryId, held);
    }

    /** Publishes the one answer and leaves a mark that the query is done. */
    void answer(String queryId, QueryState query, QueryProgress progress, Shortfall.Cause cause) {
        List<Held> held = stores.candidates(queryId);
        for (Held candidate : held) {
            if (isAwaited(candidate)) {
                judges.forget(queryId, candidate.docId());
            }
        }
        if (progress.getPhase() == QueryPhase.LISTING) {
            judges.forget(queryId, PairKey.WINDOW);
        }
        long now = clock.getAsLong();
        String reason = Shortfall.reason(query, progress, held, cause);
        RankedResults results = answers.make(queryId, query, progress, held, reason, now);
        Optional<Experience> shown = impressions.of(query, results, docId -> stores.document(queryId, docId));
        stores.markDone(queryId, progress, held, now + timing.doneTtl().toMillis());
        (results.getStatus() == RankingStatus.COMPLETE ? counters.queriesComplete : counters.queriesPartial)
                .increment();
        publish.accept(results, shown);
    }

    private void justifyTop(String queryId, QueryState query, QueryProgress progress) {
        List<Held> held = stores.candidates(queryId);
        Map<String, Held> byDocId = held.stream().collect(Collectors.toMap(Held::docId, Function.identity()));
        int shown = query.getTopK() > 0 ? Math.min(query.getTopK(), query.getExplainTop()) : query.getExplainTop();
        List<Held> top = answers.rank(queryId, query, held).items().stream()
                .limit(shown)
                .filter(item -> item.judgment() instanceof Judgment.Judged)
                .map(Ranking.Item::candidate)
                .flatMap(candidate -> Stream.ofNullable(byDocId.get(candidate.docId())))
                .toList();
        if (top.isEmpty()) {
            return;
        }
        progress.setPhase(QueryPhase.JUSTIFYING);
        progress.setExplaining(top.size());
        stores.putProgress(queryId, progress);
        for (Held candidate : top) {
            candidate.state().setPhase(CandidatePhase.EXPLAINING);
            stores.putCandidate(queryId, candidate.docId(), candidate.state());
            String text = stores.document(queryId, candidate.docId());
            judges.ask(PairMapping.request(queryId, query, candidate, text, PairTask.JUSTIFY));
        }
    }

    private void takeLabel(CandidateState candidate, PairJudgment judgment) {
        if (judgment.getStatus() == PairStatus.JUDGED) {
            candidate.setPhase(CandidatePhase.JUDGED);
            candidate.setLabels(judgment.getLabels());
            candidate.setExplanation(judgment.getExplanation());
            candidate.setModelVersion(judgment.getModelVersion());
            candidate.setPromptVersion(judgment.getPromptVersion());
            counters.pairsJudged.increment();
        } else {
            candidate.setPhase(
                    judgment.getStatus() == PairStatus.FAILED ? CandidatePhase.FAILED : CandidatePhase.UNJUDGED);
            candidate.setReason(judgment.getReason());
            counters.pairsUnjudged.increment();
        }
    }

    /** A missing explanation leaves the label as it is. */
    private void takeExplanation(CandidateState candidate, PairJudgment judgment) {
        candidate.setPhase(CandidatePhase.JUDGED);
        candidate.setExplanation(judgment.getExplanation());
        if (judgment.getStatus() == PairStatus.JUDGED) {
            counters.explanationsWritten.increment();
        }
    }

    private static boolean isAwaited(Held candidate) {
        CandidatePhase phase = candidate.state().getPhase();
        return phase == CandidatePhase.ASKED || phase == CandidatePhase.EXPLAINING;
    }
}
