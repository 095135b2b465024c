package rerank.trainer.storefront;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rerank.trainer.faithfulness.Claim.Kind;
import rerank.trainer.storefront.Value.Quantity;

/** Reads a clause of an explanation back, by the words of the catalogue. */
final class FindingReader {
    private static final String SILENT = "does not say ";

    private final Map<String, Form> forms = new LinkedHashMap<>();
    private final Map<String, Set<String>> words = new HashMap<>();

    /**
     * How an attribute is spoken of.
     *
     * @param evidence matches a clause: the value, and what follows it
     * @param negated of a feature that is not there; null for other attributes
     * @param units in which numbers can be given
     */
    private record Form(
            String id,
            Attribute attribute,
            String noun,
            Pattern evidence,
            @Nullable Pattern negated,
            Set<Unit> units) {}

    FindingReader(Catalogue catalogue) {
        catalogue.attributes().forEach((id, attribute) -> {
            Set<Unit> units = new TreeSet<>();
            catalogue.categories().stream()
                    .flatMap(category -> category.attributes().stream())
                    .filter(use -> use.attribute().equals(id))
                    .forEach(use -> {
                        units.addAll(use.ranges().keySet());
                        words.computeIfAbsent(id, attributeId -> new HashSet<>())
                                .addAll(use.values());
                    });
            forms.put(id, form(id, attribute, units));
        });
    }

    private static Form form(String id, Attribute attribute, Set<Unit> units) {
        String remark = switch (attribute.kind()) {
            case NUMBER -> "(?: \\((?<conversion>[^)]*)\\))?(?:, (?<remark>.*))?";
            case CHOICE -> "(?<remark> as wanted|, not .*|, ruled out|)";
            case FEATURE -> "(?<remark> as wanted|, though wanted|, though unwanted|)";
        };
        String evidence = attribute.evidence().toLowerCase(Locale.ROOT);
        String negated = attribute.negatedEvidence().toLowerCase(Locale.ROOT);
        return new Form(
                id,
                attribute,
                attribute.noun().toLowerCase(Locale.ROOT),
                Pattern.compile(quoted(evidence) + remark),
                negated.isEmpty() ? null : Pattern.compile(quoted(negated) + remark),
                units);
    }

    private static String quoted(String phrase) {
        return Arrays.stream(phrase.split("\\{}", -1)).map(Pattern::quote).collect(Collectors.joining("(?<value>.+?)"));
    }

    /** What follows "does not say" of an attribute. */
    String noun(String attribute) {
        Form form = forms.get(attribute);
        if (form == null) {
            throw new IllegalArgumentException("catalogue.json: no attribute '" + attribute + "'");
        }
        return form.noun();
    }

    /**
     * Reads a clause.
     *
     * @param clause in lower case
     * @param asked whose attributes are preferred where the words fit several
     * @return empty when it is about no attribute
     */
    Optional<Finding> read(String clause, ShoppingQuery asked) {
        List<Finding> found = new ArrayList<>();
        for (Form form : forms.values()) {
            read(clause, form).ifPresent(found::add);
        }
        Set<String> attributes =
                asked.constraints().stream().map(Constraint::attribute).collect(Collectors.toSet());
        return found.stream()
                .min(Comparator.comparing((Finding finding) -> isWithoutValue(finding))
                        .thenComparing(finding -> !attributes.contains(finding.attribute())));
    }

    /** "Comes in size medium" is a size, although "comes in" is how colours are spoken of. */
    private boolean isWithoutValue(Finding finding) {
        return finding instanceof Finding.Number number && number.value() == null
                || finding instanceof Finding.Word word
                        && !words.getOrDefault(word.attribute(), Set.of()).contains(word.word());
    }

    private static Optional<Finding> read(String clause, Form form) {
        if (clause.startsWith(SILENT)) {
            Kind kind = form.attribute().kind() == Attribute.Kind.NUMBER ? Kind.NUMBER : Kind.FEATURE;
            return clause.substring(SILENT.length()).equals(form.noun())
                    ? Optional.of(new Finding.Silence(form.id(), kind, clause))
                    : Optional.empty();
        }
        Matcher evidence = form.evidence().matcher(clause);
        if (evidence.matches()) {
            return Optional.of(
                    switch (form.attribute().kind()) {
                        case NUMBER -> number(clause, form, evidence);
                        case CHOICE ->
                            new Finding.Word(
                                    form.id(),
                                    without(clause, evidence),
                                    evidence.group("value"),
                                    evidence.group("remark"));
                        case FEATURE ->
                            new Finding.Feature(form.id(), without(clause, evidence), true, evidence.group("remark"));
                    });
        }
        Matcher negated = form.negated() == null ? null : form.negated().matcher(clause);
        return negated != null && negated.matches()
                ? Optional.of(new Finding.Feature(form.id(), without(clause, negated), false, negated.group("remark")))
                : Optional.empty();
    }

    private static Finding number(String clause, Form form, Matcher evidence) {
        String conversion = evidence.group("conversion");
        String comparison = evidence.group("remark");
        return new Finding.Number(
                form.id(),
                form.attribute(),
                without(clause, evidence).replaceAll(", $", ""),
                quantity(evidence.group("value"), form.units()),
                conversion == null ? "" : conversion,
                comparison == null ? "" : comparison);
    }

    /** The clause up to its remark: what it says of the product alone. */
    private static String without(String clause, Matcher read) {
        int remark = read.start("remark");
        return remark < 0 ? clause : clause.substring(0, remark);
    }

    private static @Nullable Quantity quantity(String text, Set<Unit> units) {
        for (Unit unit : units) {
            Optional<Long> tenths = unit.read(text);
            if (tenths.isPresent()) {
                return new Quantity(tenths.get(), unit);
            }
        }
        return null;
    }
}
