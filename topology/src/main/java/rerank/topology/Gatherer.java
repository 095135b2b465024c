package rerank.topology;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Ranking;
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
 * there. In justify mode the order is fixed when all labels are there, and only the results at the top are explained.
 * Owned by the stream thread.
 */
final class Gatherer {
    private final QueryStores stores;
    private final Judges judges;
    private final Answers answers;
    private final DeadLetters deadLetters;
    private final Timing timing;
    private final RerankCounters counters;
    private final LongSupplier clock;
    private final Consumer<RankedResults> publish;

    Gatherer(
            QueryStores stores,
            Judges judges,
            Answers answers,
            DeadLetters deadLetters,
            Timing timing,
            RerankCounters counters,
            LongSupplier clock,
            Consumer<RankedResults> publish) {
        this.stores = stores;
        this.judges = judges;
        this.answers = answers;
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

    /** Answers the query, or goes on to its explanations, if nothing is missing any more. */
    void answerIfComplete(String queryId, QueryState query, QueryProgress progress) {
        if (!Shortfall.hasAll(query, progress)
                || progress.getAnswered() < progress.getReceived()
                || progress.getExplaining() > 0) {
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
        long now = clock.getAsLong();
        String reason = Shortfall.reason(query, progress, held, cause);
        RankedResults results = answers.make(queryId, query, progress, held, reason, now);
        stores.markDone(queryId, progress, held, now + timing.doneTtl().toMillis());
        (results.getStatus() == RankingStatus.COMPLETE ? counters.queriesComplete : counters.queriesPartial)
                .increment();
        publish.accept(results);
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
