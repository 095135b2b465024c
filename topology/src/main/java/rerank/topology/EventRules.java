package rerank.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rerank.model.ranking.Mode;
import rerank.schemas.CandidateDocument;
import rerank.schemas.CandidateEvent;
import rerank.schemas.QueryEvent;

/** What an event must keep to; each rule answers with what is wrong, where, and what to do. */
final class EventRules {
    private final Limits limits;

    EventRules(Limits limits) {
        this.limits = limits;
    }

    /** All that is wrong with a query, in one sentence; empty if nothing is. */
    Optional<String> mistakeIn(@Nullable String key, QueryEvent query) {
        List<String> mistakes = new ArrayList<>();
        checkId(key, query.getQueryId(), mistakes);
        if (query.getText().isBlank()) {
            mistakes.add("its text is blank");
        }
        checkLength("text", query.getText(), mistakes);
        checkLength("instruction", query.getInstruction(), mistakes);
        if (!query.getMode().isBlank()) {
            try {
                Mode.of(query.getMode());
            } catch (IllegalArgumentException e) {
                mistakes.add(e.getMessage());
            }
        }
        checkAtLeast("topK", query.getTopK(), 0, mistakes);
        checkAtLeast("explainTop", query.getExplainTop(), -1, mistakes);
        checkAtLeast("expectedCandidates", query.getExpectedCandidates(), -1, mistakes);
        return sentence("query " + query.getQueryId(), mistakes);
    }

    /** All that is wrong with a whole candidate event; empty if nothing is. */
    Optional<String> mistakeIn(@Nullable String key, CandidateEvent event) {
        List<String> mistakes = new ArrayList<>();
        checkId(key, event.getQueryId(), mistakes);
        return sentence("candidates of query " + event.getQueryId(), mistakes);
    }

    /** What is wrong with one candidate; empty if nothing is. */
    Optional<String> mistakeIn(CandidateDocument candidate) {
        if (candidate.getDocId().isBlank()) {
            return Optional.of("a candidate's docId is blank");
        }
        if (candidate.getDocId().length() > Limits.MAX_ID_CHARS) {
            return Optional.of("a candidate's docId has " + candidate.getDocId().length() + " characters, "
                    + Limits.MAX_ID_CHARS + " are allowed");
        }
        if (!Double.isFinite(candidate.getFirstStageScore())) {
            return Optional.of("candidate " + candidate.getDocId() + ": its firstStageScore "
                    + candidate.getFirstStageScore() + " is not finite");
        }
        return Optional.empty();
    }

    private static void checkId(@Nullable String key, String queryId, List<String> mistakes) {
        if (queryId.isBlank()) {
            mistakes.add("its queryId is blank");
        } else if (queryId.length() > Limits.MAX_ID_CHARS) {
            mistakes.add(
                    "its queryId has " + queryId.length() + " characters, " + Limits.MAX_ID_CHARS + " are allowed");
        } else if (!queryId.equals(key)) {
            mistakes.add("the record's key is " + (key == null ? "missing" : "'" + key + "'")
                    + "; it must be the queryId, so that a query meets its candidates");
        }
    }

    private void checkLength(String field, String text, List<String> mistakes) {
        if (text.length() > limits.maxQueryChars()) {
            mistakes.add("its " + field + " has " + text.length() + " characters, " + limits.maxQueryChars()
                    + " are allowed (rerank.max.query.chars)");
        }
    }

    private static void checkAtLeast(String field, int value, int least, List<String> mistakes) {
        if (value < least) {
            mistakes.add(field + " must be at least " + least + ", was " + value);
        }
    }

    private static Optional<String> sentence(String what, List<String> mistakes) {
        return mistakes.isEmpty() ? Optional.empty() : Optional.of(what + ": " + String.join("; ", mistakes));
    }
}
