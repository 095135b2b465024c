package rerank.trainer.tokenizer;

import java.text.Normalizer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Normalizes and splits text as the {@code tokenizer.json} we write makes the Hugging Face library do it. */
final class TextSplitter {
    /**
     * Letters, up to three digits, or one sign, each with the space before it; other white space; a run of
     * spaces leaves its last one to the word that follows.
     */
    static final String PATTERN = " ?\\p{L}+| ?\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]|\\s+(?!\\S)|\\s+";

    private static final Pattern WORDS = Pattern.compile(PATTERN, Pattern.UNICODE_CHARACTER_CLASS);

    private TextSplitter() {}

    /** NFKD, without accents (marks), in lower case. */
    static String normalize(String text) {
        String decomposed = Normalizer.normalize(text, Normalizer.Form.NFKD);
        StringBuilder plain = new StringBuilder(decomposed.length());
        decomposed
                .codePoints()
                .filter(c -> !isMark(c))
                .map(Character::toLowerCase)
                .forEach(plain::appendCodePoint);
        return plain.toString();
    }

    /** Hands over every word of the normalized text; together they are that text. */
    static void split(String text, Consumer<String> words) {
        Matcher matcher = WORDS.matcher(normalize(text));
        while (matcher.find()) {
            words.accept(matcher.group());
        }
    }

    private static boolean isMark(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }
}
