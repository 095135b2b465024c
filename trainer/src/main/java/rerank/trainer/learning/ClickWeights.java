package rerank.trainer.learning;

import java.util.OptionalInt;

/**
 * How much an impression counts as chosen, from what users did with it.
 *
 * <p>The strongest act counts, not their sum: one that was saved was clicked before. Somebody who said that it does not help
 * takes all of it back. A click with a known stay that was too short counts {@code shortClick}. Explicit grades are no clicks
 * but labels: {@link #grade}.
 *
 * @param dwellSeconds a stay of at least so long counts as a choice
 * @param shortClick weight in [0, 1] of a click after which all stays were shorter
 * @param save weight of keeping, buying or sharing; a click has 1
 */
public record ClickWeights(double dwellSeconds, double shortClick, double save) {
    /** Half a minute, 0.3, 1.5. */
    public static final ClickWeights DEFAULT = new ClickWeights(30, 0.3, 1.5);

    public ClickWeights {
        if (!(dwellSeconds >= 0) || !(shortClick >= 0 && shortClick <= 1) || !(save >= 0)) {
            throw new IllegalArgumentException("click weights: dwell " + dwellSeconds + " s, short click " + shortClick
                    + ", save " + save + "; expected at least 0, in [0, 1], at least 0");
        }
    }

    /** Weight of an impression as a choice, 0 for none. */
    public double of(Impression impression) {
        double best = 0;
        double longestStay = -1;
        boolean isClicked = false;
        for (UserAction action : impression.actions()) {
            switch (action.kind()) {
                case CLICK -> isClicked = true;
                case DWELL -> longestStay = Math.max(longestStay, action.value());
                case SAVE -> best = Math.max(best, save);
                case DISMISS -> {
                    return 0;
                }
                case GRADE -> {}
            }
        }
        boolean isStay = longestStay >= dwellSeconds;
        if (isStay || (isClicked && longestStay < 0)) {
            best = Math.max(best, 1);
        } else if (isClicked || longestStay >= 0) {
            best = Math.max(best, shortClick);
        }
        return best;
    }

    /** The last grade that was given explicitly, 0 to 2. */
    public static OptionalInt grade(Impression impression) {
        OptionalInt grade = OptionalInt.empty();
        for (UserAction action : impression.actions()) {
            if (action.kind() == UserAction.Kind.GRADE) {
                grade = OptionalInt.of((int) Math.max(0, Math.min(2, Math.round(action.value()))));
            }
        }
        return grade;
    }
}
