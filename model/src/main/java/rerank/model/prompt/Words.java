package rerank.model.prompt;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Splits text into words that can be compared.
 *
 * <p>A word is a run of letters, or a number: a run of digits, in which a point between digits and a comma before three
 * digits belong to it ("15", "2.5", "1,000" which equals "1000"). An ideograph is a word by itself. Words are compared
 * by their stem: without accents, in lower case, without the endings of English plurals and verb forms. The stems are
 * part of what a checkpoint was trained with, so changing a rule here changes {@code compact} to a new version.
 */
public final class Words {
    private static final Set<String> STOP_WORDS = Set.of(
            ("a about all also am an and any are as at be been but by can could d did do does for from had has have how i"
                            + " if in into is it its ll m may me my no not of on or our re s shall should so some such t"
                            + " than that the their them then there these they this those to us ve was we were what when"
                            + " where which who whom whose why will with would you your")
                    .split(" "));

    private Words() {}

    /**
     * A word of a text.
     *
     * @param start index of its first UTF-16 unit
     * @param end index after its last
     * @param stem empty for a stop word
     */
    public record Word(int start, int end, String stem) {}

    /** The words of a text, in order. */
    public static List<Word> of(String text) {
        List<Word> words = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            int end = at + Character.charCount(codePoint);
            if (Character.isIdeographic(codePoint)) {
                words.add(new Word(at, end, text.substring(at, end)));
            } else if (Character.isLetter(codePoint)) {
                end = endOfLetters(text, end);
                words.add(new Word(at, end, stemOrNothing(text.substring(at, end))));
            } else if (Character.isDigit(codePoint)) {
                end = endOfNumber(text, end);
                words.add(new Word(at, end, number(text.substring(at, end))));
            }
            at = end;
        }
        return words;
    }

    /** The stem of a lower-case word without accents. */
    static String stem(String word) {
        String stem = withoutPlural(word);
        if (stem.endsWith("ing") && hasVowel(stem, stem.length() - 3)) {
            stem = stem.substring(0, stem.length() - 3);
        } else if (stem.endsWith("ed") && !stem.endsWith("eed") && hasVowel(stem, stem.length() - 2)) {
            stem = stem.substring(0, stem.length() - 2);
        }
        int last = stem.length() - 1;
        if (last >= 3 && stem.charAt(last) == 'e') {
            stem = stem.substring(0, last);
        } else if (last >= 2 && stem.charAt(last) == stem.charAt(last - 1)) {
            stem = stem.substring(0, last);
        }
        return stem;
    }

    private static String withoutPlural(String word) {
        int length = word.length();
        if (length < 4 || !word.endsWith("s") || word.endsWith("ss") || word.endsWith("us") || word.endsWith("is")) {
            return length > 4 && word.endsWith("ied") ? word.substring(0, length - 3) + "y" : word;
        }
        if (length > 4 && word.endsWith("ies")) {
            return word.substring(0, length - 3) + "y";
        }
        boolean hisses =
                word.endsWith("ches") || word.endsWith("shes") || word.endsWith("sses") || word.endsWith("xes");
        return word.substring(0, length - (hisses ? 2 : 1));
    }

    /** What is left of a verb has two letters and a vowel at least, or "string" and "bed" were verbs. */
    private static boolean hasVowel(String word, int length) {
        if (length < 3) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if ("aeiouy".indexOf(word.charAt(i)) >= 0) {
                return true;
            }
        }
        return false;
    }

    private static String stemOrNothing(String word) {
        String plain = Normalizer.normalize(word, Normalizer.Form.NFKD)
                .codePoints()
                .filter(Character::isLetter)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .toLowerCase(Locale.ROOT);
        return STOP_WORDS.contains(plain) ? "" : stem(plain);
    }

    private static String number(String digits) {
        return Normalizer.normalize(digits, Normalizer.Form.NFKD).replace(",", "");
    }

    private static int endOfLetters(String text, int from) {
        int at = from;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            boolean isMark = Character.getType(codePoint) == Character.NON_SPACING_MARK;
            if (!isMark && (!Character.isLetter(codePoint) || Character.isIdeographic(codePoint))) {
                break;
            }
            at += Character.charCount(codePoint);
        }
        return at;
    }

    private static int endOfNumber(String text, int from) {
        int at = endOfDigits(text, from);
        while (at < text.length()) {
            char sign = text.charAt(at);
            int end = endOfDigits(text, at + 1);
            boolean isPoint = sign == '.' && end > at + 1;
            boolean isThousands = sign == ',' && end == at + 4;
            if (!isPoint && !isThousands) {
                break;
            }
            at = end;
        }
        return at;
    }

    private static int endOfDigits(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isDigit(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }
}
