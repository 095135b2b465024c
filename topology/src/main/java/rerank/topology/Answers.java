package rerank.topology;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.PairJudge;
import rerank.model.ranking.Ranking;
import rerank.schemas.RankedItem;
import rerank.schemas.RankedResults;
import rerank.schemas.RankingStatus;
import rerank.schemas.internal.CandidatePhase;
import rerank.schemas.internal.CandidateState;
import rerank.schemas.internal.QueryProgress;
import rerank.schemas.internal.QueryState;
import rerank.topology.QueryStores.Held;
import rerank.topology.inference.InferenceEngine;

/** Makes the answer to a query out of what is known of its candidates. Holds no state. */
final class Answers {
    /** Lengths, ranks, scores and probabilities of an item, generously. */
    private static final int NUMBERS_PER_ITEM_BYTES = 100;

    private final InferenceEngine engine;
    private final RerankSettings settings;

    Answers(InferenceEngine engine, RerankSettings settings) {
        this.engine = engine;
        this.settings = settings;
    }

    /** Orders candidates, given in the order of their arrival, by what is known of them. */
    Ranking rank(String queryId, QueryState query, List<Held> held) {
        boolean isList = Mode.of(query.getMode()) == Mode.LISTWISE;
        List<Candidate> candidates = new ArrayList<>();
        List<Judgment> judgments = new ArrayList<>();
        Map<String, Integer> firstStageRanks = new HashMap<>();
        List<Held> firstStage = inFirstStageOrder(held);
        firstStage.forEach(candidate -> firstStageRanks.put(candidate.docId(), firstStageRanks.size() + 1));
        for (Held candidate : isList ? inListOrder(firstStage) : firstStage) {
            CandidateState state = candidate.state();
            candidates.add(new Candidate(
                    candidate.docId(),
                    state.getTitle(),
                    "",
                    state.getFirstStageScore(),
                    Objects.requireNonNull(firstStageRanks.get(candidate.docId()))));
            judgments.add(judgment(state));
        }
        return isList
                ? Ranking.ofList(candidates, judgments, firstStageWeight(queryId, query))
                : Ranking.of(candidates, judgments, firstStageWeight(queryId, query));
    }

    /** Candidates by their first-stage scores; those with the same one by their arrival. */
    static List<Held> inFirstStageOrder(List<Held> byArrival) {
        List<Held> firstStage = new ArrayList<>(byArrival);
        firstStage.sort(
                Comparator.comparingDouble(candidate -> -candidate.state().getFirstStageScore()));
        return firstStage;
    }

    /** Candidates by the places that windows gave them; those without a place after them, as they are. */
    static List<Held> inListOrder(List<Held> held) {
        List<Held> list = new ArrayList<>(held);
        list.sort(Comparator.comparingInt(candidate -> candidate.state().getPlace() < 0
                ? Integer.MAX_VALUE
                : candidate.state().getPlace()));
        return list;
    }

    /**
     * The answer.
     *
     * @param held candidates in the order of their arrival
     * @param missing what the answer lacks; empty when it is complete
     */
    RankedResults make(
            String queryId, QueryState query, QueryProgress progress, List<Held> held, String missing, long nowMs) {
        Map<String, CandidateState> states = held.stream().collect(Collectors.toMap(Held::docId, Held::state));
        List<RankedItem> items = new ArrayList<>();
        Ranking ranking = rank(queryId, query, held);
        int wanted = query.getTopK() > 0 ? query.getTopK() : held.size();
        for (Ranking.Item item : ranking.items().subList(0, Math.min(wanted, held.size()))) {
            items.add(item(
                    item, Objects.requireNonNull(states.get(item.candidate().docId()))));
        }
        int fitting = countFitting(items);
        List<RankedItem> shown = items.subList(0, fitting);
        double firstStageWeight = firstStageWeight(queryId, query);
        Exploration.Draw explored = firstStageWeight < 1
                ? settings.exploration()
                        .explore(queryId, shown, settings.attribution().maxImpressions())
                : Exploration.Draw.NONE; // the first stage's order is given back exactly
        String reason = fitting == items.size()
                ? missing
                : (missing.isEmpty() ? "" : missing + "; ") + "the last " + (items.size() - fitting)
                        + " candidates are left out, the answer would exceed rerank.max.result.bytes";
        long judged = ranking.items().stream().filter(Ranking.Item::isJudged).count();
        PairJudge.Identity now = engine.identity(queryId);
        @Nullable CandidateState example = held.stream()
                .map(Held::state)
                .filter(state -> !state.getModelVersion().isEmpty())
                .findFirst()
                .orElse(null);
        return RankedResults.newBuilder()
                .setQueryId(queryId)
                .setStatus(reason.isEmpty() ? RankingStatus.COMPLETE : RankingStatus.PARTIAL)
                .setReason(reason)
                .setItems(shown)
                .setMode(query.getMode())
                .setRequestedMode(query.getRequestedMode())
                .setModelVersion(example == null ? now.modelVersion() : example.getModelVersion())
                .setPromptVersion(example == null ? now.promptVersion() : example.getPromptVersion())
                .setFirstStageWeight(firstStageWeight)
                .setCandidatesExpected(query.getExpectedCandidates())
                .setCandidatesReceived(progress.getReceived())
                .setCandidatesJudged((int) judged)
                .setExploredRank(explored.rank())
                .setSwapped(explored.swapped())
                .setAcceptedAtMs(query.getAcceptedAtMs())
                .setCompletedAtMs(nowMs)
                .build();
    }

    private static RankedItem item(Ranking.Item item, CandidateState state) {
        RankedItem.Builder builder = RankedItem.newBuilder()
                .setRank(item.rank())
                .setDocId(item.candidate().docId())
                .setTitle(state.getTitle())
                .setScore(item.score())
                .setFirstStageScore(state.getFirstStageScore())
                .setFirstStageRank(item.candidate().firstStageRank())
                .setJudged(item.isJudged());
        if (item.judgment() instanceof Judgment.Judged judged) {
            builder.setLabel(judged.labels().label())
                    .setLabelProbabilities(state.getLabels())
                    .setExplanation(judged.explanation())
                    .setModelVersion(state.getModelVersion());
        } else if (item.judgment() instanceof Judgment.Placed) {
            builder.setModelVersion(state.getModelVersion());
        } else if (item.judgment() instanceof Judgment.Unjudged unjudged) {
            builder.setUnjudgedReason(unjudged.reason());
        }
        return builder.build();
    }

    private static Judgment judgment(CandidateState state) {
        LabelDistribution labels = PairMapping.labels(state.getLabels());
        if (labels != null) {
            return new Judgment.Judged(labels, state.getExplanation());
        }
        if (state.getPhase() == CandidatePhase.JUDGED) {
            return new Judgment.Placed();
        }
        return new Judgment.Unjudged(
                state.getReason().isEmpty() ? "not judged before the deadline" : state.getReason());
    }

    private double firstStageWeight(String queryId, QueryState query) {
        return settings.answering()
                .firstStageWeight()
                .orElseGet(() -> engine.identity(queryId).firstStageWeight(Mode.of(query.getMode())));
    }

    /** How many items, from the first, the topic takes in one record. */
    private int countFitting(List<RankedItem> items) {
        long bytes = 0;
        for (int i = 0; i < items.size(); i++) {
            RankedItem item = items.get(i);
            bytes += NUMBERS_PER_ITEM_BYTES
                    + utf8(item.getDocId())
                    + utf8(item.getTitle())
                    + utf8(item.getExplanation())
                    + utf8(item.getUnjudgedReason())
                    + utf8(item.getModelVersion());
            if (bytes > settings.limits().maxResultBytes()) {
                return i;
            }
        }
        return items.size();
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
