package rerank.model.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The body of a template, split into text of ours and fields; fields are filled in without being read again. */
final class TemplateBody {
    private static final Pattern MARK = Pattern.compile("\\{([?!]?)(instruction|query|title|text)}|\\{/}");

    private final String body;

    TemplateBody(String body) {
        this.body = body;
    }

    /** Where a part of a prompt comes from; the order is that of the token-type table's segments. */
    enum Source {
        CONTROL,
        QUERY,
        TITLE,
        TEXT,
        INSTRUCTION
    }

    /**
     * A stretch of the prompt.
     *
     * @param source CONTROL for text of ours, in which special tokens are read by name
     * @param text what to encode
     * @param shift 1 if the text begins with a space that belongs to the template, otherwise 0
     */
    record Part(Source source, String text, int shift) {}

    /** The body with its fields filled in; parts without text are left out. */
    List<Part> fill(Map<Source, String> values) {
        List<Part> parts = new ArrayList<>();
        StringBuilder control = new StringBuilder();
        Matcher mark = MARK.matcher(body);
        int at = 0;
        boolean isLeftOut = false;
        while (mark.find()) {
            if (!isLeftOut) {
                control.append(body, at, mark.start());
            }
            at = mark.end();
            if (mark.group(2) == null) {
                isLeftOut = false;
                continue;
            }
            Source source = Source.valueOf(mark.group(2).toUpperCase(Locale.ROOT));
            String value = values.getOrDefault(source, "");
            if (!mark.group(1).isEmpty()) {
                isLeftOut = value.isEmpty() == mark.group(1).equals("?");
            } else if (!isLeftOut) {
                boolean isNeverCut = source == Source.QUERY || source == Source.INSTRUCTION;
                String breaks = isNeverCut && !value.isEmpty() ? breaksAt(at) : "";
                addField(parts, control, source, value + breaks);
                at += breaks.length();
            }
        }
        control.append(body, at, body.length());
        addControl(parts, control);
        return parts;
    }

    private String breaksAt(int at) {
        int end = at;
        while (end < body.length() && body.charAt(end) == '\n') {
            end++;
        }
        return body.substring(at, end);
    }

    private static void addField(List<Part> parts, StringBuilder control, Source source, String value) {
        boolean hasSpace = control.length() > 0 && control.charAt(control.length() - 1) == ' ';
        if (hasSpace) {
            control.setLength(control.length() - 1);
        }
        addControl(parts, control);
        if (!value.isEmpty()) {
            parts.add(new Part(source, hasSpace ? " " + value : value, hasSpace ? 1 : 0));
        }
    }

    private static void addControl(List<Part> parts, StringBuilder control) {
        if (control.length() > 0) {
            parts.add(new Part(Source.CONTROL, control.toString(), 0));
            control.setLength(0);
        }
    }
}
