package rerank.trainer.refinement;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reward that needs no model: does the label agree with the teacher's, is the form right, and is what the explanation
 * names there to be seen.
 *
 * <ul>
 *   <li>label: 1 if it agrees, 1/2 next to it, 0 otherwise;
 *   <li>format: 1 if the explanation ended by itself and can be read;
 *   <li>evidence: the harmonic mean of the share of the explanation's words and numbers that query, candidate or teacher
 *       have (nothing made up), and of the share of the teacher's words from query and candidate that it names (nothing
 *       left out; not asked for where there is no teacher's explanation).
 * </ul>
 *
 * @param label weight of the first
 * @param format weight of the second
 * @param evidence weight of the third, which a malformed explanation does not get
 */
public record VerifiableReward(double label, double format, double evidence) implements RewardFunction {
    /** The label counts as much as the other two together. */
    public static final VerifiableReward DEFAULT = new VerifiableReward(1, 0.5, 0.5);

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:[.,]\\p{N}+)*");
    private static final Set<String> EMPTY_WORDS = Set.of(
            "the", "and", "but", "for", "are", "was", "with", "that", "this", "not", "has", "have", "its", "from");

    @Override
    public double[] score(TaughtPair pair, List<Answer> answers) {
        return answers.stream().mapToDouble(answer -> score(pair, answer)).toArray();
    }

    private double score(TaughtPair pair, Answer answer) {
        double agreement = 1 - Math.abs(answer.label() - pair.label()) / 2.0;
        return label * agreement + (answer.isWellFormed() ? format + evidence * evidence(pair, answer) : 0);
    }

    /** The third part, in [0, 1]. */
    static double evidence(TaughtPair pair, Answer answer) {
        Set<String> shown = words(pair.query().text());
        shown.addAll(words(pair.candidate().title()));
        shown.addAll(words(pair.candidate().text()));
        Set<String> taught = words(pair.explanation());
        Set<String> named = words(answer.explanation());
        if (named.isEmpty()) {
            return 0;
        }
        double supported = share(named, word -> shown.contains(word) || taught.contains(word));
        taught.retainAll(shown);
        if (taught.isEmpty()) {
            return supported;
        }
        double complete = share(taught, named::contains);
        return supported + complete == 0 ? 0 : 2 * supported * complete / (supported + complete);
    }

    private static double share(Set<String> words, java.util.function.Predicate<String> wanted) {
        return (double) words.stream().filter(wanted).count() / words.size();
    }

    /** Numbers, and words of at least three letters that say something. */
    private static Set<String> words(String text) {
        Set<String> words = new HashSet<>();
        Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (matcher.find()) {
            String word = matcher.group();
            boolean isNumber = Character.isDigit(word.charAt(0));
            if (isNumber || (word.length() >= 3 && !EMPTY_WORDS.contains(word))) {
                words.add(word);
            }
        }
        return words;
    }
}
