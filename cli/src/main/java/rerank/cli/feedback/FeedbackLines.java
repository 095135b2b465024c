package rerank.cli.feedback;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.FeedbackKind;
import rerank.schemas.FeedbackRules;

/**
 * Reads feedback from lines of JSON, an event a line, with the fields of {@link FeedbackEvent}: {@code {"queryId": "q1",
 * "docId": "d3", "kind": "click", "position": 2}}. Fields besides queryId, docId and kind may be missing.
 */
public final class FeedbackLines {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(
                    DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Set<String> FIELDS =
            Set.of("queryId", "docId", "kind", "position", "value", "atMs", "userHash");
    private static final int MISTAKES_TOLD = 10;

    private FeedbackLines() {}

    /**
     * Reads all lines; blank ones are passed over.
     *
     * @param name what is read, for the message
     * @throws IllegalArgumentException naming the lines that are wrong, the first ten of them, and why
     */
    public static List<FeedbackEvent> read(BufferedReader lines, String name) throws IOException {
        List<FeedbackEvent> events = new ArrayList<>();
        List<String> mistakes = new ArrayList<>();
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            try {
                events.add(event(line));
            } catch (IllegalArgumentException e) {
                mistakes.add("line " + number + ": " + e.getMessage());
            }
        }
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException(name + ": " + mistakes.size() + " of " + number
                    + " lines are wrong, nothing was sent\n"
                    + String.join("\n", mistakes.subList(0, Math.min(MISTAKES_TOLD, mistakes.size()))));
        }
        return events;
    }

    /**
     * Reads a kind in any case.
     *
     * @throws IllegalArgumentException naming the kinds there are
     */
    private static FeedbackKind kind(String name) {
        return Arrays.stream(FeedbackKind.values())
                .filter(kind -> kind != FeedbackKind.UNKNOWN && kind.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "kind '" + name + "' is none of click, dwell, save, dismiss and grade"));
    }

    private static FeedbackEvent event(String line) {
        JsonNode json;
        try {
            json = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
        }
        if (!json.isObject()) {
            throw new IllegalArgumentException("no JSON object");
        }
        for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIELDS.contains(name)) {
                throw new IllegalArgumentException("unknown field '" + name + "'; there are queryId, docId, kind,"
                        + " position, value, atMs and userHash");
            }
        }
        FeedbackEvent event = FeedbackEvent.newBuilder()
                .setQueryId(text(json, "queryId"))
                .setDocId(text(json, "docId"))
                .setKind(kind(text(json, "kind").toLowerCase(Locale.ROOT)))
                .setPosition((int) whole(json, "position", Integer.MAX_VALUE))
                .setValue(number(json, "value"))
                .setAtMs(whole(json, "atMs", Long.MAX_VALUE))
                .setUserHash(json.has("userHash") ? text(json, "userHash") : "")
                .build();
        FeedbackRules.mistakeIn(event).ifPresent(mistake -> {
            throw new IllegalArgumentException(mistake);
        });
        return event;
    }

    private static String text(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(
                    value.isMissingNode() ? field + " is missing" : field + " is no string: " + value);
        }
        return value.textValue();
    }

    private static long whole(JsonNode json, String field, long largest) {
        JsonNode value = json.path(field);
        if (value.isMissingNode()) {
            return 0;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() > largest) {
            throw new IllegalArgumentException(field + " is no whole number in range: " + value);
        }
        return value.longValue();
    }

    private static double number(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (value.isMissingNode()) {
            return 0;
        }
        if (!value.isNumber()) {
            throw new IllegalArgumentException(field + " is no number: " + value);
        }
        return value.doubleValue();
    }
}
