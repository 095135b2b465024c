package rerank.topology;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;
import rerank.schemas.CandidateDocument;
import rerank.schemas.CandidateEvent;
import rerank.schemas.QueryEvent;
import rerank.schemas.internal.CandidatePhase;
import rerank.schemas.internal.CandidateState;
import rerank.schemas.internal.QueryPhase;
import rerank.schemas.internal.QueryProgress;
import rerank.schemas.internal.QueryState;
import rerank.topology.QueryStores.Held;
import rerank.topology.inference.InferenceEngine;

/**
 * Brings a query and its candidates together, whichever comes first, and has each pair judged as soon as both are
 * there; in mode listwise the candidates wait for each other. Owned by the stream thread.
 */
final class Assembler {
    private final QueryStores stores;
    private final Judges judges;
    private final Gatherer gatherer;
    private final DeadLetters deadLetters;
    private final RerankSettings settings;
    private final EventRules rules;
    private final InferenceEngine engine;
    private final RerankCounters counters;
    private final LongSupplier clock;

    Assembler(
            QueryStores stores,
            Judges judges,
            Gatherer gatherer,
            DeadLetters deadLetters,
            RerankSettings settings,
            InferenceEngine engine,
            RerankCounters counters,
            LongSupplier clock) {
        this.stores = stores;
        this.judges = judges;
        this.gatherer = gatherer;
        this.deadLetters = deadLetters;
        this.settings = settings;
        this.rules = new EventRules(settings.limits());
        this.engine = engine;
        this.counters = counters;
        this.clock = clock;
    }

    /** Accepts a query, unless it is one that is known already or breaks a rule. */
    void query(Incoming record, QueryEvent event) {
        Optional<String> mistake = rules.mistakeIn(record.key(), event);
        if (mistake.isPresent()) {
            deadLetters.refused(record, mistake.get());
            return;
        }
        String queryId = event.getQueryId();
        QueryProgress known = stores.progress(queryId);
        if (known != null && known.getPhase() != QueryPhase.PARKED) {
            counters.duplicateQueries.increment();
            return;
        }
        counters.queriesAccepted.increment();
        long now = clock.getAsLong();
        QueryState query = accepted(event, now);
        QueryProgress progress = known == null ? parked() : known;
        progress.setPhase(QueryPhase.OPEN);
        if (query.getDeadlineMs() <= now) {
            gatherer.answer(queryId, query, progress, Shortfall.Cause.PAST_DEADLINE);
            return;
        }
        stores.putQuery(queryId, query);
        stores.setTimer(queryId, progress, query.getDeadlineMs());
        stores.putProgress(queryId, progress);
        for (Held candidate : known == null ? List.<Held>of() : stores.candidates(queryId)) {
            if (candidate.state().getPhase() == CandidatePhase.WAITING) {
                askParked(queryId, query, candidate);
            }
        }
        gatherer.answerIfComplete(queryId, query, progress);
    }

    /** Takes the candidates of an event that are new, of use, and in time. */
    void candidates(Incoming record, CandidateEvent event) {
        Optional<String> mistake = rules.mistakeIn(record.key(), event);
        if (mistake.isPresent()) {
            deadLetters.refused(record, mistake.get());
            return;
        }
        String queryId = event.getQueryId();
        QueryProgress progress = stores.progress(queryId);
        if (progress == null) {
            progress = parked();
            stores.setTimer(
                    queryId,
                    progress,
                    clock.getAsLong() + settings.timing().orphanTtl().toMillis());
        } else if (progress.getPhase() != QueryPhase.PARKED && progress.getPhase() != QueryPhase.OPEN) {
            refuseLate(record, event, progress);
            return;
        }
        QueryState query = stores.query(queryId);
        takeAll(record, event, query, progress);
        progress.setLastSeen(progress.getLastSeen() || event.getLast());
        stores.putProgress(queryId, progress);
        if (query != null) {
            gatherer.answerIfComplete(queryId, query, progress);
        }
    }

    private QueryState accepted(QueryEvent event, long now) {
        PairJudge.Identity judge = engine.identity(event.getQueryId());
        Optional<Mode> asked = event.getMode().isBlank() ? Optional.empty() : Optional.of(Mode.of(event.getMode()));
        Mode mode = judge.modeFor(asked.or(() -> settings.answering().mode()).orElse(judge.defaultMode()));
        if (asked.isPresent() && asked.get() != mode) {
            counters.queriesInAnotherMode.increment();
        }
        return QueryState.newBuilder()
                .setText(event.getText())
                .setInstruction(event.getInstruction())
                .setMode(mode.id())
                .setRequestedMode(asked.map(Mode::id).orElse(""))
                .setTopK(event.getTopK())
                .setExplainTop(event.getExplainTop() < 0 ? settings.answering().explainTop() : event.getExplainTop())
                .setExpectedCandidates(event.getExpectedCandidates())
                .setDeadlineMs(settings.timing().deadlineMs(event.getDeadlineMs(), now))
                .setAcceptedAtMs(now)
                .build();
    }

    private void refuseLate(Incoming record, CandidateEvent event, QueryProgress progress) {
        if (!event.getCandidates().isEmpty()) {
            String happened = switch (progress.getPhase()) {
                case DONE -> "is answered";
                case LISTING -> "is being put in order";
                default -> "has its order fixed";
            };
            deadLetters.refused(
                    record,
                    event.getCandidates().size() + " candidates came too late: query " + event.getQueryId() + " "
                            + happened + " already");
        }
    }

    private void takeAll(Incoming record, CandidateEvent event, @Nullable QueryState query, QueryProgress progress) {
        Map<String, Integer> refusals = new LinkedHashMap<>();
        for (CandidateDocument candidate : event.getCandidates()) {
            Optional<String> mistake = rules.mistakeIn(candidate);
            if (mistake.isEmpty() && stores.candidate(event.getQueryId(), candidate.getDocId()) != null) {
                counters.duplicateCandidates.increment();
                continue;
            }
            if (mistake.isEmpty() && progress.getReceived() >= settings.limits().maxListed()) {
                mistake = Optional.of("beyond the first " + settings.limits().maxListed()
                        + " candidates of the query (10 times rerank.max.candidates)");
            }
            if (mistake.isPresent()) {
                refusals.merge(mistake.get(), 1, Integer::sum);
                progress.setRefused(progress.getRefused() + 1);
            } else {
                take(event.getQueryId(), candidate, query, progress);
            }
        }
        if (!refusals.isEmpty()) {
            String reasons = refusals.entrySet().stream()
                    .map(entry -> entry.getValue() == 1 ? entry.getKey() : entry.getValue() + " x " + entry.getKey())
                    .collect(Collectors.joining("; "));
            deadLetters.refused(record, "refused in part: " + reasons);
        }
    }

    private void take(String queryId, CandidateDocument candidate, @Nullable QueryState query, QueryProgress progress) {
        int sequence = progress.getReceived();
        progress.setReceived(sequence + 1);
        counters.candidatesReceived.increment();
        CandidateState state = CandidateState.newBuilder()
                .setSequence(sequence)
                .setTitle(settings.limits().cutTitle(candidate.getTitle()))
                .setFirstStageScore(candidate.getFirstStageScore())
                .setPhase(CandidatePhase.WAITING)
                .build();
        if (sequence >= settings.limits().maxCandidates()) {
            state.setPhase(CandidatePhase.UNJUDGED);
            state.setReason(Shortfall.BEYOND_LIMIT);
            progress.setAnswered(progress.getAnswered() + 1);
            stores.putCandidate(queryId, candidate.getDocId(), state);
            return;
        }
        String text = settings.limits().cutText(candidate.getText());
        Mode mode = query == null ? null : Mode.of(query.getMode());
        if (mode == null || mode == Mode.JUSTIFY || mode == Mode.LISTWISE) {
            stores.putDocument(queryId, candidate.getDocId(), text);
        } else if (settings.attribution().keepsTexts()) {
            String shown = Limits.cut(text, settings.attribution().maxTextChars());
            stores.putDocument(queryId, candidate.getDocId(), shown);
        }
        Held held = new Held(candidate.getDocId(), state);
        if (query == null || mode == Mode.LISTWISE) {
            stores.putCandidate(queryId, held.docId(), state);
        } else {
            ask(queryId, query, held, text);
        }
    }

    private void askParked(String queryId, QueryState query, Held candidate) {
        Mode mode = Mode.of(query.getMode());
        if (mode == Mode.LISTWISE) {
            return;
        }
        ask(queryId, query, candidate, stores.document(queryId, candidate.docId()));
        if (mode != Mode.JUSTIFY && !settings.attribution().keepsTexts()) {
            stores.dropDocument(queryId, candidate.docId());
        }
    }

    private void ask(String queryId, QueryState query, Held candidate, String text) {
        candidate.state().setPhase(CandidatePhase.ASKED);
        stores.putCandidate(queryId, candidate.docId(), candidate.state());
        judges.ask(
                PairMapping.request(queryId, query, candidate, text, PairMapping.labelTask(Mode.of(query.getMode()))));
    }

    private static QueryProgress parked() {
        return QueryProgress.newBuilder().setPhase(QueryPhase.PARKED).build();
    }
}
