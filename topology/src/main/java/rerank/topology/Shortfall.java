package rerank.topology;

import java.util.ArrayList;
import java.util.List;
import rerank.schemas.internal.CandidatePhase;
import rerank.schemas.internal.QueryProgress;
import rerank.schemas.internal.QueryState;
import rerank.topology.QueryStores.Held;

/** Says what an answer lacks, for people. */
final class Shortfall {
    /** Why a candidate is not judged that came after the bound on judged ones was reached. */
    static final String BEYOND_LIMIT = "beyond rerank.max.candidates";

    private Shortfall() {}

    /** What made the answer due. */
    enum Cause {
        /** All candidates came and are settled. */
        ALL_SETTLED,
        /** The deadline came. */
        DEADLINE,
        /** The deadline had passed before the query came. */
        PAST_DEADLINE
    }

    /**
     * Everything that is missing from the answer.
     *
     * @return the reason for a partial ranking; empty when it is complete
     */
    static String reason(QueryState query, QueryProgress progress, List<Held> held, Cause cause) {
        List<String> missing = new ArrayList<>();
        if (cause == Cause.PAST_DEADLINE) {
            missing.add("the deadline had passed when the query came");
        }
        if (cause == Cause.DEADLINE && !hasAll(query, progress)) {
            missing.add(
                    query.getExpectedCandidates() < 0
                            ? "the deadline came before the end of the candidates was announced"
                            : "the deadline came when " + arrived(progress) + " of " + query.getExpectedCandidates()
                                    + " candidates had arrived");
        }
        note(missing, count(held, CandidatePhase.WAITING, CandidatePhase.ASKED), "not judged before the deadline");
        note(missing, count(held, CandidatePhase.EXPLAINING), "not explained before the deadline");
        note(missing, count(held, CandidatePhase.FAILED), "not judged because the model failed");
        note(
                missing,
                held.stream()
                        .filter(candidate -> candidate.state().getReason().equals(BEYOND_LIMIT))
                        .count(),
                BEYOND_LIMIT + ", not judged");
        if (progress.getWindowsFailed() > 0) {
            missing.add(progress.getWindowsFailed() + " of " + progress.getWindowsRead()
                    + " windows of candidates were not put in order and kept the one they had");
        }
        note(missing, progress.getRefused(), "refused, see the dead letters");
        return String.join("; ", missing);
    }

    /** Whether all candidates that were expected are there. */
    static boolean hasAll(QueryState query, QueryProgress progress) {
        return progress.getLastSeen()
                || (query.getExpectedCandidates() >= 0 && arrived(progress) >= query.getExpectedCandidates());
    }

    private static int arrived(QueryProgress progress) {
        return progress.getReceived() + progress.getRefused();
    }

    private static long count(List<Held> held, CandidatePhase... phases) {
        List<CandidatePhase> wanted = List.of(phases);
        return held.stream()
                .filter(candidate -> wanted.contains(candidate.state().getPhase()))
                .count();
    }

    private static void note(List<String> missing, long candidates, String what) {
        if (candidates > 0) {
            missing.add(candidates + (candidates == 1 ? " candidate " : " candidates ") + what);
        }
    }
}
