package rerank.model.prompt;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads an explanation and a label out of what a model or a teacher wrote.
 *
 * <p>The rules are InteRank's: the label is the first integer after the phrase "Relevance Label:", in any case; where the
 * phrase is missing or written twice, the first 30 words tell: "partially relevant" is 1, "relevant" is 2 unless "not
 * relevant" or "irrelevant" is among them. We differ in one point: where nothing tells (no such word, no integer, an
 * integer that is no label) InteRank's code says 0 and we say that there is no label, for a failure is not an opinion.
 */
public final class CompletionParser {
    private static final Pattern PHRASE = Pattern.compile("relevance label:", Pattern.CASE_INSENSITIVE);
    private static final Pattern INTEGER = Pattern.compile("-?\\d+");
    private static final String END = "##";
    private static final int FIRST_WORDS = 30;
    private static final int LONGEST_LOOP = 40;

    private CompletionParser() {}

    /**
     * What a completion says.
     *
     * @param explanation text before the label phrase, without end sign and white space around it
     * @param label 0 to 2, or empty when nothing indicates one
     */
    public record Parsed(String explanation, OptionalInt label) {}

    /** Reads a completion whose explanation comes first. */
    public static Parsed parse(String completion) {
        Matcher phrase = PHRASE.matcher(completion);
        if (!phrase.find()) {
            return new Parsed(beforeEnd(completion), labelInWords(completion));
        }
        String explanation = beforeEnd(completion.substring(0, phrase.start()));
        String rest = completion.substring(phrase.end());
        int end = rest.indexOf(END);
        String answer = end < 0 ? rest : rest.substring(0, end);
        if (PHRASE.matcher(answer).find()) {
            return new Parsed(explanation, labelInWords(completion));
        }
        Matcher integer = INTEGER.matcher(answer);
        if (!integer.find()) {
            return new Parsed(explanation, labelInWords(answer));
        }
        boolean isLabel = integer.group().matches("[012]");
        return new Parsed(
                explanation, isLabel ? OptionalInt.of(Integer.parseInt(integer.group())) : OptionalInt.empty());
    }

    /**
     * Why an explanation is of no use to a reader: it is empty, holds no letters, or ends in one token or phrase
     * repeated over and over.
     *
     * @return the reason, or an empty text if it can be used
     */
    public static String uselessReason(String explanation) {
        if (explanation.isBlank()) {
            return "the explanation is empty";
        }
        if (explanation.codePoints().noneMatch(Character::isLetter)) {
            return "the explanation has no letters";
        }
        return repeatsWithoutEnd(explanation.strip()) ? "the explanation repeats itself without end" : "";
    }

    /** Whether the later half of the text or more is one piece of up to 40 characters, at least 6 times in a row. */
    private static boolean repeatsWithoutEnd(String text) {
        int length = text.length();
        for (int period = 1; period <= Math.min(LONGEST_LOOP, length / 6); period++) {
            int same = 0;
            while (same + period < length
                    && text.charAt(length - 1 - same) == text.charAt(length - 1 - same - period)) {
                same++;
            }
            int looped = same + period;
            if (same > 0 && looped >= 6 * period && looped >= 16 && looped >= length / 2) {
                return true;
            }
        }
        return false;
    }

    private static OptionalInt labelInWords(String text) {
        String words = Stream.of(text.strip().split("\\s+"))
                .limit(FIRST_WORDS)
                .collect(Collectors.joining(" "))
                .toLowerCase(Locale.ROOT);
        if (words.contains("partially relevant")) {
            return OptionalInt.of(1);
        }
        if (words.contains("not relevant") || words.contains("irrelevant")) {
            return OptionalInt.of(0);
        }
        return words.contains("relevant") ? OptionalInt.of(2) : OptionalInt.empty();
    }

    private static String beforeEnd(String text) {
        int end = text.indexOf(" " + END);
        return (end < 0 ? text : text.substring(0, end)).strip();
    }
}
