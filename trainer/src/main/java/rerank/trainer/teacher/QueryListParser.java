package rerank.trainer.teacher;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a list of search queries out of what a model wrote: its numbered lines, or where none is numbered its lines with a
 * bullet, or else all lines but such as announce a list. Quotes around a query and the end sign are dropped.
 */
public final class QueryListParser {
    /** Queries after this number are dropped. */
    public static final int MAX_QUERIES = 10;

    private static final Pattern NUMBERED = Pattern.compile("\\s*\\d{1,2}\\s*[.):]\\s+(.+)");
    private static final Pattern BULLET = Pattern.compile("\\s*[-*\u2022]\\s+(.+)");
    private static final Pattern ANY = Pattern.compile("(?!\\s*\\d{1,2}\\s*[.):])(.*[^:\\s])\\s*");

    private QueryListParser() {}

    /** The queries, each once, in order; empty where there are none. */
    public static List<String> parse(String completion) {
        int end = completion.indexOf("##");
        List<String> lines =
                (end < 0 ? completion : completion.substring(0, end)).lines().toList();
        for (Pattern form : List.of(NUMBERED, BULLET, ANY)) {
            List<String> queries = matching(lines, form);
            if (!queries.isEmpty()) {
                return queries;
            }
        }
        return List.of();
    }

    private static List<String> matching(List<String> lines, Pattern form) {
        Map<String, String> queries = new LinkedHashMap<>();
        for (String line : lines) {
            Matcher matcher = form.matcher(line);
            if (matcher.matches()) {
                String query = unquoted(matcher.group(1).strip());
                if (query.codePoints().anyMatch(Character::isLetterOrDigit)) {
                    queries.putIfAbsent(query.toLowerCase(Locale.ROOT), query);
                }
            }
        }
        List<String> found = new ArrayList<>(queries.values());
        return List.copyOf(found.subList(0, Math.min(MAX_QUERIES, found.size())));
    }

    private static String unquoted(String text) {
        return text.replaceAll("^[\"'\u201c\u2018`*]+|[\"'\u201d\u2019`*]+$", "")
                .strip();
    }
}
