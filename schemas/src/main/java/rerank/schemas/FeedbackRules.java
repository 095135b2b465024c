package rerank.schemas;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a feedback event must keep to: for whoever publishes one, and for the worker that reads it. */
public final class FeedbackRules {
    /** A longer query or document id is refused. */
    public static final int MAX_ID_CHARS = 1000;

    /** A longer user hash is refused: it is no hash. */
    public static final int MAX_USER_HASH_CHARS = 128;

    private FeedbackRules() {}

    /** All that is wrong with an event by itself, in one sentence; empty if nothing is. */
    public static Optional<String> mistakeIn(FeedbackEvent event) {
        List<String> mistakes = new ArrayList<>();
        checkId("queryId", event.getQueryId(), mistakes);
        checkId("docId", event.getDocId(), mistakes);
        checkValue(event.getKind(), event.getValue(), mistakes);
        if (event.getPosition() < 0) {
            mistakes.add(
                    "its position " + event.getPosition() + " is negative; positions count from 1, 0 is not known");
        }
        if (event.getAtMs() < 0) {
            mistakes.add("its atMs " + event.getAtMs() + " is negative; use 0 for the record's own time");
        }
        if (event.getUserHash().length() > MAX_USER_HASH_CHARS) {
            mistakes.add("its userHash has " + event.getUserHash().length() + " characters, " + MAX_USER_HASH_CHARS
                    + " are allowed");
        }
        return mistakes.isEmpty()
                ? Optional.empty()
                : Optional.of("feedback on query " + event.getQueryId() + ": " + String.join("; ", mistakes));
    }

    private static void checkId(String field, String id, List<String> mistakes) {
        if (id.isBlank()) {
            mistakes.add("its " + field + " is blank");
        } else if (id.length() > MAX_ID_CHARS) {
            mistakes.add("its " + field + " has " + id.length() + " characters, " + MAX_ID_CHARS + " are allowed");
        }
    }

    private static void checkValue(FeedbackKind kind, double value, List<String> mistakes) {
        if (kind == FeedbackKind.UNKNOWN) {
            mistakes.add("its kind is not one of CLICK, DWELL, SAVE, DISMISS and GRADE");
        }
        if (!Double.isFinite(value)) {
            mistakes.add("its value " + value + " is not a finite number");
        } else if (kind == FeedbackKind.DWELL && value < 0) {
            mistakes.add("its value " + value + " is negative; for DWELL it is seconds");
        } else if (kind == FeedbackKind.GRADE && value != 0 && value != 1 && value != 2) {
            mistakes.add("its value " + value + " is not 0, 1 or 2; for GRADE it is a relevance label");
        }
    }
}
