package rerank.trainer.filter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import rerank.trainer.example.Example;

/**
 * Drops examples whose explanation speaks against their label.
 *
 * <p>The verdict is read from the words: "partially relevant" and its like, "relevant" with or without a negation before it,
 * and, where nothing of the kind is said, whether the document answers or does not answer. The last word counts, since
 * explanations weigh before they conclude. Plain "relevant" may mean 1 as well as 2. An explanation without such words is
 * kept: it cannot be found wrong this way.
 */
public final class LabelAgreement implements ExampleFilter {
    private static final String NEGATION =
            "(?:not|n't|cannot|never|no|neither|nor|hardly|without|fails? to|lacks?|rather than|instead of)";
    private static final String UP_TO_THREE_WORDS = "(?:\\s+[\\w'-]+){0,3}?\\s+";

    /** What makes the word a condition rather than a verdict. */
    private static final String CONDITION = "(?:would|could|might|may|if|whether|to) (?:\\w+ )?(?:be |is )?(?:\\w+ )?";

    private static final Pattern VERDICT = Pattern.compile("(?<condition>\\b" + CONDITION + ")?"
            + "(?:(?<partial>\\b(?:partially|partly|somewhat|marginally|only loosely|tangentially|of limited)"
            + "\\s+(?:relevant|relevance))"
            + "|(?<none>\\birrelevant\\b|(?:\\b|(?<=\\w))" + NEGATION + UP_TO_THREE_WORDS + "relevan(?:t|ce)\\b)"
            + "|(?<full>\\b(?:fully|highly|directly|very|completely|entirely) relevant\\b)"
            + "|(?<some>\\brelevant\\b))");

    private static final String ANSWERS =
            "(?:answers?|address(?:es)?|satisf(?:y|ies)|meets?|provides?|explains?|contains?|covers?|gives?|mentions?)";
    private static final Pattern EFFECT = Pattern.compile(
            "(?<none>(?:\\b|(?<=\\w))" + NEGATION + UP_TO_THREE_WORDS + ANSWERS + "\\b)"
                    + "|(?<full>\\b(?:fully |directly |clearly |exactly )?(?:answers|addresses|satisfies|meets) (?:the|all|every|this)\\b)");

    @Override
    public String name() {
        return "label against explanation";
    }

    @Override
    public Map<Example, String> drop(List<Example> examples) {
        Map<Example, String> dropped = new LinkedHashMap<>();
        for (Example example : examples) {
            disagreement(example.label(), example.explanation()).ifPresent(reason -> dropped.put(example, reason));
        }
        return dropped;
    }

    /** Why an explanation does not go with a label; empty if it does or may. */
    static Optional<String> disagreement(int label, String explanation) {
        String text =
                explanation.toLowerCase(Locale.ROOT).replace('\u2019', '\'').replaceAll("\\s+", " ");
        String phrase = "";
        String kind = "";
        Matcher verdict = VERDICT.matcher(text);
        while (verdict.find()) {
            if (verdict.group("condition") == null) {
                kind = kind(verdict, List.of("partial", "none", "full", "some"));
                phrase = verdict.group();
            }
        }
        if (kind.isEmpty()) {
            return effect(label, text);
        }
        boolean agrees = switch (kind) {
            case "partial" -> label == 1;
            case "none" -> label == 0;
            case "full" -> label == 2;
            default -> label > 0;
        };
        return agrees ? Optional.empty() : Optional.of("label " + label + ", but \"" + phrase.strip() + "\"");
    }

    /** Without a verdict: only what the document is said to do, all of it against the label. */
    private static Optional<String> effect(int label, String text) {
        boolean isSaidToAnswer = false;
        boolean isSaidNotTo = false;
        String phrase = "";
        Matcher effect = EFFECT.matcher(text);
        while (effect.find()) {
            boolean isNone = effect.group("none") != null;
            isSaidNotTo |= isNone;
            isSaidToAnswer |= !isNone;
            phrase = effect.group();
        }
        boolean disagrees = (label == 2 && isSaidNotTo && !isSaidToAnswer && isShort(text))
                || (label == 0 && isSaidToAnswer && !isSaidNotTo);
        return disagrees ? Optional.of("label " + label + ", but \"" + phrase.strip() + "\"") : Optional.empty();
    }

    /** One sentence: a longer text may name a gap beside what it praises in words that are not known here. */
    private static boolean isShort(String text) {
        return text.split("[.;!?](?:\\s|$)").length <= 1;
    }

    private static String kind(Matcher matcher, List<String> groups) {
        return groups.stream()
                .filter(group -> matcher.group(group) != null)
                .findFirst()
                .orElse("");
    }
}
