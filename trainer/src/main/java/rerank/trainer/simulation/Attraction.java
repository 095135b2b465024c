package rerank.trainer.simulation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How probably a user who has read about a document clicks it, by its grade.
 *
 * @param byGrade for grade 0, 1 and 2, each in [0, 1]
 */
public record Attraction(List<Double> byGrade) {
    /** Mostly right: a tenth of the irrelevant are clicked and a fifth of the relevant are not. */
    public static final Attraction NOISY = of(0.1, 0.4, 0.8);

    /** Without mistakes. */
    public static final Attraction PERFECT = of(0, 0.5, 1);

    /** The worse a document, the more it is clicked. */
    public static final Attraction ADVERSARIAL = of(0.8, 0.4, 0.1);

    /** Anything may be clicked, whatever it is. */
    public static final Attraction BLIND = of(0.4, 0.4, 0.4);

    public Attraction {
        byGrade = List.copyOf(byGrade);
        if (byGrade.size() != 3 || byGrade.stream().anyMatch(share -> !(share >= 0 && share <= 1))) {
            throw new IllegalArgumentException(
                    "an attraction has three probabilities in [0, 1], of grade 0, 1 and 2, was " + byGrade);
        }
    }

    /** The probabilities of grade 0, 1 and 2. */
    public static Attraction of(double grade0, double grade1, double grade2) {
        return new Attraction(List.of(grade0, grade1, grade2));
    }

    /**
     * Reads {@code 0.1,0.4,0.8}.
     *
     * @throws IllegalArgumentException saying what was expected
     */
    public static Attraction parse(String text) {
        try {
            return new Attraction(Arrays.stream(text.split(",", -1))
                    .map(part -> Double.valueOf(part.strip()))
                    .toList());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "expected three probabilities of a click, of grade 0, 1 and 2, like 0.1,0.4,0.8; was '" + text
                            + "'",
                    e);
        }
    }

    /** The probability for a grade; above 2 as for 2. */
    double of(int grade) {
        return byGrade.get(Math.max(0, Math.min(2, grade)));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f,%.2f,%.2f", byGrade.get(0), byGrade.get(1), byGrade.get(2));
    }
}
