package rerank.model.prompt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a template file: lines of {@code key: value}, then sections {@code [system]}, {@code [explain]}, {@code [label]},
 * {@code [list]} and {@code [document]}, of which all but the third may be missing. Values are words or quoted texts in which
 * {@code \n} is a line break; {@code #} begins a comment before the first section.
 */
final class PromptTemplateFile {
    private static final Pattern VALUE = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    private final String source;
    private final Map<String, List<String>> settings = new HashMap<>();
    private final Map<String, String> sections = new HashMap<>();
    private final Set<String> unread = new HashSet<>();

    private PromptTemplateFile(String source) {
        this.source = source;
    }

    static PromptTemplate readResource(String id) {
        try (InputStream in = PromptTemplateFile.class.getResourceAsStream(id + ".txt")) {
            if (in == null) {
                throw new IllegalStateException("prompt template " + id + ": its resource is not in the jar");
            }
            PromptTemplate template = parse(id, new String(in.readAllBytes(), StandardCharsets.UTF_8));
            if (!template.id().equals(id)) {
                throw new IllegalStateException("prompt template " + id + ": its file says " + template.id());
            }
            return template;
        } catch (IOException e) {
            throw new UncheckedIOException("prompt template " + id + ": cannot be read", e);
        }
    }

    static PromptTemplate parse(String source, String text) {
        PromptTemplateFile file = new PromptTemplateFile(source);
        file.readLines(text);
        return file.template();
    }

    private void readLines(String text) {
        String section = "";
        for (String line : text.lines().toList()) {
            if (line.matches("\\[\\w+]")) {
                section = line.substring(1, line.length() - 1);
                sections.put(section, "");
            } else if (!section.isEmpty()) {
                sections.merge(section, line, (before, more) -> before.isEmpty() ? more : before + "\n" + more);
            } else if (!line.isBlank() && !line.startsWith("#")) {
                readSetting(line);
            }
        }
    }

    private void readSetting(String line) {
        int colon = line.indexOf(": ");
        String key = colon < 0 ? line.strip().replaceFirst(":$", "") : line.substring(0, colon);
        List<String> values = new ArrayList<>();
        Matcher matcher = VALUE.matcher(colon < 0 ? "" : line.substring(colon + 2));
        while (matcher.find()) {
            String quoted = matcher.group(1);
            values.add(quoted != null ? quoted.replace("\\n", "\n") : matcher.group(2));
        }
        settings.put(key, values);
        unread.add(key);
    }

    private PromptTemplate template() {
        var answer = new PromptTemplate.AnswerGrammar(
                list("labels"),
                one("explain-lead"),
                one("label-lead"),
                one("label-phrase"),
                one("explanation-phrase"),
                one("end"),
                list("stop-tokens"),
                list("stop-strings"));
        var template = new PromptTemplate(
                one("name") + "-v" + one("version"),
                flag("chat"),
                tokenTypes(),
                sections.getOrDefault("system", "").strip(),
                sections.getOrDefault("explain", "").strip(),
                labelSection(),
                answer,
                sections.containsKey("list") ? listGrammar() : null);
        if (!unread.isEmpty()) {
            throw new IllegalArgumentException("prompt template " + source + ": unknown settings " + unread);
        }
        return template;
    }

    private PromptTemplate.ListGrammar listGrammar() {
        return new PromptTemplate.ListGrammar(
                sections.getOrDefault("list", "").strip(),
                sections.getOrDefault("document", "").strip(),
                list("identifiers"),
                one("list-lead"));
    }

    private List<String> list(String key) {
        unread.remove(key);
        List<String> values = settings.get(key);
        if (values == null) {
            throw new IllegalArgumentException("prompt template " + source + ": setting '" + key + "' is missing");
        }
        return values;
    }

    private String one(String key) {
        List<String> values = list(key);
        if (values.size() != 1) {
            throw new IllegalArgumentException(
                    "prompt template " + source + ": setting '" + key + "' needs one value, has " + values);
        }
        return values.get(0);
    }

    private TokenTypes tokenTypes() {
        String value = one("token-types");
        for (TokenTypes types : TokenTypes.values()) {
            if (types.name().toLowerCase(Locale.ROOT).equals(value)) {
                return types;
            }
        }
        throw new IllegalArgumentException("prompt template " + source
                + ": setting 'token-types' is none, matches, relations, coverage or rarity, was '" + value + "'");
    }

    private boolean flag(String key) {
        String value = one(key);
        if (!value.equals("yes") && !value.equals("no")) {
            throw new IllegalArgumentException(
                    "prompt template " + source + ": setting '" + key + "' is yes or no, was '" + value + "'");
        }
        return value.equals("yes");
    }

    private String labelSection() {
        String text = sections.getOrDefault("label", "").strip();
        if (text.isEmpty()) {
            throw new IllegalArgumentException("prompt template " + source + ": section [label] is missing");
        }
        return text;
    }
}
